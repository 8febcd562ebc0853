//! The least that reading a listing can cost: the bytes over one connection, and a parse that validates every field and
//! keeps nothing.

use crate::Failure;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// What the bench calls itself with to become this contender.
pub(crate) const MODE: &str = "validated-parse";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FloorPage<'p> {
    last_page: bool,
    #[serde(borrow)]
    users: Vec<FloorUser<'p>>,
}

/// Every field must be there and be a string.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are parsed, and nothing is done with them")]
struct FloorUser<'p> {
    #[serde(borrow)]
    email: Cow<'p, str>,
    #[serde(borrow)]
    status: Cow<'p, str>,
    #[serde(borrow)]
    groups: Vec<Cow<'p, str>>,
    #[serde(borrow)]
    username: Cow<'p, str>,
    #[serde(borrow)]
    domain: Cow<'p, str>,
    #[serde(borrow)]
    firstname: Cow<'p, str>,
    #[serde(borrow)]
    lastname: Cow<'p, str>,
    #[serde(borrow)]
    country: Cow<'p, str>,
    #[serde(borrow)]
    r#type: Cow<'p, str>,
    #[serde(borrow)]
    id: Cow<'p, str>,
}

/// Counts the users of each type and prints the counts.
pub(crate) fn count() -> Result<(), Failure> {
    let address = env::var("UMAPI_IMS_URL")?;
    let address = address.trim_start_matches("http://").to_owned();
    let organization = env::var("UMAPI_ORG_ID")?;
    let stream = TcpStream::connect(&address)?;
    // Sent in pieces, a request would wait for the acknowledgment of its first piece: 40 ms a page.
    stream.set_nodelay(true)?;
    let mut connection = BufReader::new(stream);
    let mut counts = BTreeMap::<String, usize>::new();
    for page in 0.. {
        let path = format!("/v2/usermanagement/users/{organization}/{page}");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        connection.get_mut().write_all(request.as_bytes())?;
        let body = body(&mut connection)?;
        let page: FloorPage = serde_json::from_str(std::str::from_utf8(&body)?)?;
        for user in &page.users {
            match counts.get_mut(&*user.r#type) {
                Some(count) => *count += 1,
                None => drop(counts.insert(user.r#type.to_string(), 1)),
            }
        }
        if page.last_page {
            break;
        }
    }
    let mut out = io::stdout().lock();
    counts.iter().try_for_each(|(kind, count)| writeln!(out, "{kind} {count}"))?;
    Ok(())
}

/// The body of a response.
fn body(connection: &mut BufReader<TcpStream>) -> Result<Vec<u8>, Failure> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        connection.read_line(&mut line)?;
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse()?;
            }
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(body)
}
