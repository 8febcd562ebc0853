//! Proxies: a malformed one is a configuration error, and a refusing one is reported as the proxy, never as the service.

use crate::support::run::Run;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

/// A run for a service that only a proxy could reach: the name does not resolve (RFC 6761).
fn remote(line: &str) -> Run {
    Run::new(line)
        .env("UMAPI_URL", "https://umapi.example.test/v2/usermanagement")
        .env("UMAPI_IMS_URL", "https://umapi.example.test")
        .env("UMAPI_ORG_ID", "0123ABC@AdobeOrg")
        .env("UMAPI_CLIENT_ID", "id")
        .env("UMAPI_CLIENT_SECRET", "secret")
        .env("UMAPI_FIRST_DELAY", "0")
        .env("UMAPI_JITTER", "0")
        .env("UMAPI_PACE", "off")
}

/// A proxy that responds to every CONNECT with `status`; the heads of the requests come from the receiver.
fn refusing_proxy(status: &'static str) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            if sender.send(refuse(stream, status)).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

fn refuse(mut stream: TcpStream, status: &str) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while reader.read_line(&mut head).is_ok_and(|length| length > 2) {}
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    head
}

#[test]
fn a_malformed_proxy_variable_is_a_configuration_error_that_doctor_reports() {
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let value = "http://us@er:p#hunter2@127.0.0.1:1";
        let run = remote("-e get_users()").env(name, value).run();
        let run = run.failed(4, &format!("{name} is not a valid proxy URL"));
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    for name in ["NO_PROXY", "no_proxy"] {
        let run = remote("-e get_users()").env(name, "http://localhost").run();
        run.failed(4, &format!("{name} has an entry that is not a host"));
    }
    let run = remote("doctor").env("HTTPS_PROXY", "http://us@er:p#hunter2@127.0.0.1:1").run().exits(4);
    assert!(run.stdout.contains("FAIL  proxy") && run.stdout.contains("HTTPS_PROXY"), "{}", run.stdout);
    assert!(run.stdout.contains("%23") && !run.stdout.contains("hunter2"), "{}", run.stdout);
    let profile = "[default]\nproxy = \"http://u:hunter2#x@127.0.0.1:1\"\n";
    let run = remote("--config c.toml -e get_users()").file("c.toml", profile).run();
    let run = run.failed(4, "the setting `proxy` is not a valid proxy URL");
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}

#[test]
fn a_proxy_that_refuses_is_reported_with_its_scheme_and_status() {
    for (status, code, message) in [
        ("407 Proxy Authentication Required", 4, "does not accept the user and password (HTTP 407)"),
        ("403 Forbidden", 4, "refused to connect to `umapi.example.test` (HTTP 403)"),
        ("503 Service Unavailable", 5, "refused to connect to `umapi.example.test` (HTTP 503)"),
    ] {
        let (address, heads) = refusing_proxy(status);
        let url = format!("http://us%40er:p%23ss@{address}");
        let run = remote("-e get_users()").env("HTTPS_PROXY", &url).run().exits(code);
        let shown = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            shown.contains(&format!("the proxy http://{address} (from HTTPS_PROXY) {message}")),
            "{shown}"
        );
        assert!(!shown.contains("p%23ss") && !shown.contains("p#ss"), "{shown}");
        let heads: Vec<_> = heads.try_iter().collect();
        assert!(heads.len() >= 2 || code == 4, "{heads:?}");
        for head in &heads {
            assert!(head.starts_with("CONNECT umapi.example.test:443"), "{head}");
            // The same user and password, also where the status is asked for once more.
            assert!(head.to_lowercase().contains("proxy-authorization: basic dxnaz"), "{head}");
        }
        let doctor = remote("doctor").env("HTTPS_PROXY", &url).run();
        assert!(doctor.stdout.contains(message), "{}", doctor.stdout);
    }
}

#[test]
fn a_proxy_that_cannot_be_reached_is_not_the_service() {
    // Another test may get a port that was just free, but none listens at this address.
    let run = remote("-e get_users()").env("HTTPS_PROXY", "http://127.9.9.9:1").run().exits(4);
    let shown = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        shown.contains("the proxy http://127.9.9.9:1 (from HTTPS_PROXY) refused the connection"),
        "{shown}"
    );
    assert!(shown.contains("Check HTTPS_PROXY") && !shown.contains("Try again later"), "{shown}");
    let doctor = remote("doctor").env("HTTPS_PROXY", "http://127.9.9.9:1").run().exits(4);
    assert!(doctor.stdout.contains("FAIL  proxy"), "{}", doctor.stdout);
}

#[test]
fn a_host_in_no_proxy_is_reached_directly() {
    let (address, heads) = refusing_proxy("403 Forbidden");
    let run = remote("-e get_users()")
        .env("HTTPS_PROXY", &format!("http://{address}"))
        .env("NO_PROXY", "localhost, *.example.test:443")
        .env("UMAPI_MAX_ATTEMPTS", "1")
        .run();
    run.failed(5, "`umapi.example.test` could not be resolved");
    assert_eq!(heads.try_iter().count(), 0);
}
