//! A listing of users like that of a real organization, served from memory by a process of its own: 4,000 first names,
//! 30,000 last names, 400 groups, and half of the users with a list of groups that nobody else need have.

use crate::Failure;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// What the bench calls itself with to become the server.
pub(crate) const MODE: &str = "serve-directory";

const FIRST_NAMES: u64 = 4_000;
const LAST_NAMES: u64 = 30_000;
const GROUPS: u64 = 400;
/// The lists of groups that half of the users share.
const SHARED_LISTS: u64 = 200;
/// Users on a page, as the service has them.
const PAGE_SIZE: usize = 2_000;
const ORGANIZATION: &str = "5A4DB0C0FFEE5A4DB0C0FFEE@AdobeOrg";
const SYLLABLES: [&str; 20] = [
    "ka", "li", "no", "ra", "te", "mi", "so", "ven", "da", "ru", "jo", "han", "el", "vi", "mar", "ta", "pe",
    "lo", "ni", "stern",
];
const TYPES: [&str; 10] = [
    "federatedID",
    "federatedID",
    "federatedID",
    "federatedID",
    "federatedID",
    "federatedID",
    "enterpriseID",
    "enterpriseID",
    "adobeID",
    "federatedID",
];
const COUNTRIES: [&str; 12] = ["US", "DE", "GB", "FR", "PL", "IN", "JP", "BR", "CA", "NL", "SE", "ES"];

/// The fewest and the most groups of a user.
#[derive(Clone, Copy)]
pub(crate) struct GroupCounts(pub(crate) u64, pub(crate) u64);

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    /// A number below a limit.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33) % limit
    }
}

/// Serves pages until the process is ended. Prints the client's settings first, as the sandbox does.
pub(crate) fn serve(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    let mut number = || -> Result<u64, Failure> { Ok(arguments.next().unwrap_or_default().parse()?) };
    let (users, counts) = (number()?, GroupCounts(number()?, number()?));
    let pages = Arc::new(pages(usize::try_from(users)?, counts));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        r#"{{"UMAPI_URL":"http://{address}/v2/usermanagement","UMAPI_IMS_URL":"http://{address}","UMAPI_ORG_ID":"{ORGANIZATION}","UMAPI_CLIENT_ID":"bench-client","UMAPI_CLIENT_SECRET":"bench-secret"}}"#
    )?;
    out.flush()?;
    for connection in listener.incoming() {
        let (connection, pages) = (connection?, Arc::clone(&pages));
        thread::spawn(move || converse(&connection, &pages)); // a client that leaves ends only its own thread
    }
    Ok(())
}

/// Reads requests and writes responses until the client leaves.
fn converse(connection: &TcpStream, pages: &[Vec<u8>]) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first)?;
        if first.is_empty() {
            return Ok(());
        }
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or(0);
                }
                Some(_) => {}
                None => break,
            }
        }
        io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
        let page =
            first.split(' ').nth(1).and_then(|path| path.split('?').next()?.rsplit('/').next()?.parse().ok());
        match page.and_then(|page: usize| pages.get(page)) {
            Some(page) => (&*connection).write_all(page)?,
            None => (&*connection).write_all(&response("", TOKEN))?,
        }
    }
}

const TOKEN: &str = r#"{"access_token":"bench-token","token_type":"bearer","expires_in":86399}"#;

fn response(headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The responses, page by page.
fn pages(users: usize, counts: GroupCounts) -> Vec<Vec<u8>> {
    let count = users.div_ceil(PAGE_SIZE).max(1);
    let page = |page: usize| {
        let numbers = page * PAGE_SIZE..users.min((page + 1) * PAGE_SIZE);
        let last = page + 1 == count;
        let mut body = format!(r#"{{"lastPage":{last},"result":"success","users":["#);
        for (place, number) in numbers.enumerate() {
            body.push_str(if place == 0 { "" } else { "," });
            write_user(&mut body, number as u64, counts);
        }
        body.push_str("]}");
        let headers = format!(
            "X-Total-Count: {users}\r\nX-Page-Count: {count}\r\nX-Current-Page: {page}\r\nX-Page-Size: {PAGE_SIZE}\r\n"
        );
        response(&headers, &body)
    };
    (0..count).map(page).collect()
}

fn write_user(body: &mut String, number: u64, counts: GroupCounts) {
    let mut random = Numbers(number << 20);
    let first = name(random.below(FIRST_NAMES), 3);
    let last = name(random.below(LAST_NAMES), 4);
    let kind = TYPES[place(random.below(10))];
    let country = COUNTRIES[place(random.below(12))];
    let email = format!("{first}.{last}{number}@corp.example.com").to_lowercase();
    let id = 0x5A4D_B0C0_FFEE_0000 + number;
    let groups = groups(number, counts, random);
    let _ = write!(
        body,
        r#"{{"email":"{email}","status":"active","groups":[{groups}],"username":"{email}","domain":"corp.example.com","firstname":"{first}","lastname":"{last}","country":"{country}","type":"{kind}","id":"{id:016X}{number:08X}@AdobeID"}}"#
    ); // a string takes everything
}

/// A name of so many syllables.
fn name(mut number: u64, syllables: usize) -> String {
    let mut name = String::new();
    for _ in 0..syllables {
        name.push_str(SYLLABLES[place(number % 20)]);
        number /= 20;
    }
    name[..1].to_uppercase() + &name[1..]
}

/// The groups of a user, as the items of a list. Every other user has one of the shared lists.
fn groups(number: u64, GroupCounts(fewest, most): GroupCounts, mut random: Numbers) -> String {
    if number.is_multiple_of(2) {
        random = Numbers(random.below(SHARED_LISTS) << 40);
    }
    // One or two groups are 1.6 on average.
    let count = if most == 2 {
        1 + u64::from(random.below(10) < 6)
    } else {
        fewest + random.below(most - fewest + 1)
    };
    let mut list = String::new();
    let mut group = random.below(GROUPS);
    for place in 0..count {
        let _ =
            write!(list, "{}\"Department {:03} - Creative Cloud\"", if place == 0 { "" } else { "," }, group);
        group = (group + 1 + random.below(GROUPS / 32)) % GROUPS;
    }
    list
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
