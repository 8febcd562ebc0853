//! Recognizes a web page that came back with a status of success: from a proxy, a web filter or a captive portal, or
//! because a configured URL is not that of the service.

use super::transport::HttpResponse;
use crate::secret::mask;

/// Characters kept of a title.
const TITLE_LENGTH: usize = 100;
/// Bytes at the start of a body that show whether it is HTML.
const TAG_LENGTH: usize = 32;

/// Whether the body is an HTML page instead of JSON.
pub(crate) fn is_web_page(response: &HttpResponse) -> bool {
    let body: &[u8] = &response.body;
    // Pages of listings are long: only the first bytes are looked at.
    let start = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    start.starts_with(b"<")
        && (media_type(response).is_some_and(|kind| kind.contains("html"))
            || starts_as_html(&String::from_utf8_lossy(&start[..start.len().min(TAG_LENGTH)])))
}

fn starts_as_html(text: &str) -> bool {
    ["<!doctype html", "<html", "<head", "<body"]
        .iter()
        .any(|tag| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}

/// The message for a web page from `host`, with its type and title.
pub(crate) fn describe(response: &HttpResponse, host: &str) -> String {
    let kind = media_type(response).unwrap_or("no content type");
    let title = title(&mask(&String::from_utf8_lossy(&response.body)));
    let title = title.map(|title| format!(", title: {title}")).unwrap_or_default();
    format!("a web page came back from `{host}` instead of JSON ({kind}{title})")
}

fn media_type(response: &HttpResponse) -> Option<&str> {
    let kind = response.header("content-type")?.split(';').next()?.trim();
    (!kind.is_empty()).then_some(kind)
}

/// The title of an HTML page on one line, without control characters.
fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let start = tag + lower.get(tag..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find('<')?;
    let words = page.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    let title: String = text.chars().filter(|character| !character.is_control()).take(TITLE_LENGTH).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use reqwest::header::{HeaderMap, HeaderValue};

    fn response(kind: Option<&'static str>, body: &str) -> HttpResponse {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert("content-type", HeaderValue::from_static(kind));
        }
        HttpResponse { status: 200, headers, body: Bytes::from(body.to_owned()) }
    }

    #[test]
    fn a_page_is_recognized_by_its_type_or_by_its_first_tag() {
        for (kind, body) in [
            (Some("text/html; charset=utf-8"), "<p>Sign in</p>"),
            (Some("application/xhtml+xml"), "<?xml version=\"1.0\"?><html></html>"),
            (None, "\u{feff}\n<!DOCTYPE HTML><title>x</title>"),
            (Some("application/json"), "<HTML><body>no</body></HTML>"),
        ] {
            assert!(is_web_page(&response(kind, body)), "{kind:?} {body}");
        }
        for (kind, body) in [
            (Some("application/json"), "{}"),
            (Some("text/html"), "{\"result\":\"success\"}"),
            (None, ""),
            (None, "text"),
        ] {
            assert!(!is_web_page(&response(kind, body)), "{kind:?} {body}");
        }
    }

    #[test]
    fn a_page_is_described_by_host_type_and_title() {
        let page = response(
            Some("text/html"),
            "<html><head><TITLE lang=en>Web filter:\n please &amp; sign in</TITLE>",
        );
        assert_eq!(
            describe(&page, "example.com"),
            "a web page came back from `example.com` instead of JSON (text/html, title: Web filter: please & sign in)"
        );
        let bare = response(None, "<html>");
        assert_eq!(
            describe(&bare, "example.com"),
            "a web page came back from `example.com` instead of JSON (no content type)"
        );
    }
}
