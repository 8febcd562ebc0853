use super::*;
use crate::client::settings::Credentials;
use crate::secret::Secret;

fn settings(service: &str) -> ClientSettings {
    let token = Credentials::Token { client_id: "id".into(), token: Secret::from("token") };
    ClientSettings { service_url: service.to_owned(), ..ClientSettings::new("A@AdobeOrg", token) }
}

fn url(method: &str, target: &str) -> Result<String> {
    let settings = settings("http://127.0.0.1:8080/v2/usermanagement");
    RequestTarget::parse(&settings, method, target).map(|target| target.url(&settings))
}

#[test]
fn a_path_a_path_with_the_base_and_a_public_url_are_one_place() {
    for target in [
        "users/A@AdobeOrg/0?directOnly=false",
        "/users/A@AdobeOrg/0?directOnly=false",
        "/v2/usermanagement/users/A@AdobeOrg/0?directOnly=false",
        "https://usermanagement.adobe.io/v2/usermanagement/users/A@AdobeOrg/0?directOnly=false",
        "HTTPS://UserManagement.adobe.io:443/v2/usermanagement//users/A@AdobeOrg/0/?directOnly=false",
        "http://127.0.0.1:8080/v2/usermanagement/users/A@AdobeOrg/0?directOnly=false",
    ] {
        assert_eq!(
            url("get", target).unwrap(),
            "http://127.0.0.1:8080/v2/usermanagement/users/A@AdobeOrg/0?directOnly=false",
            "{target}"
        );
    }
    assert_eq!(url("GET", "/status").unwrap(), "http://127.0.0.1:8080/status");
    assert_eq!(url("GET", "https://usermanagement.adobe.io/status").unwrap(), "http://127.0.0.1:8080/status");
}

#[test]
fn no_other_host_and_no_other_path_is_reached() {
    for target in [
        "https://example.com/v2/usermanagement/users/A@AdobeOrg/0",
        "https://usermanagement.adobe.io@example.com/v2/usermanagement/users/A@AdobeOrg/0",
        "https://usermanagement.adobe.io.example.com/v2/usermanagement/users/A@AdobeOrg/0",
        "https://usermanagement.adobe.io\\@example.com/v2/usermanagement/users/A@AdobeOrg/0",
        "https://127.0.0.1:9090/v2/usermanagement/users/A@AdobeOrg/0",
        "http://127.0.0.1:8080/ims/token/v2",
        "https://ims-na1.adobelogin.com/ims/token/v2",
        "https://usermanagement.adobe.io/v3/users",
        "ftp://usermanagement.adobe.io.x/v2/usermanagement/users/A@AdobeOrg/0",
        "/users/../action/A@AdobeOrg",
        "/users/%2e%2E/action/A@AdobeOrg",
        "/users/./A",
        "",
        "?x=1",
    ] {
        assert_eq!(url("GET", target).unwrap_err().kind.name(), "usage", "{target}");
    }
    assert!(url("G T", "/users").is_err());
}

#[test]
fn a_url_that_parsers_could_read_in_two_ways_is_refused() {
    let path = "v2/usermanagement/users/A@AdobeOrg/0";
    for address in [
        "https://me@usermanagement.adobe.io/",
        "https://me:pass@usermanagement.adobe.io/",
        "https://usermanagement.adobe.io@example.com/",
        "https://usermanagement.adobe.io%40example.com/",
        "https://example.com#@usermanagement.adobe.io/",
        "https://example.com?@usermanagement.adobe.io/",
        "https://example.com\\@usermanagement.adobe.io/",
        "https://usermanagement.adobe.io\\@example.com/",
        "https://usermanagement.adobe.io\\.example.com/",
        "https:\\\\usermanagement.adobe.io/",
        "https:\\\\example.com/",
        "https:/example.com/",
        "https:example.com/",
        "https:///example.com/",
        "https://usermanagement.adobe.io./",
        "https://usermanagement.adobe.io.example.com/",
        "https://example.com.usermanagement.adobe.io/",
        "https://usermanagement.adobe.io:80/",
        "https://usermanagement.adobe.io:8443/",
        "https://usermanagement.adobe.io:0443/",
        "https://usermanagement.adobe.io:/",
        "https://usermanagement.adobe.io:443@example.com/",
        "https://usermanagement%2Eadobe.io/",
        "https://%75sermanagement.adobe.io/",
        "https://usermanagement.\u{430}dobe.io/",
        "https://\u{ff55}sermanagement.adobe.io/",
        "https://usermanagement\u{3002}adobe\u{3002}io/",
        "https://xn--usermanagement-.adobe.io/",
        "https://user\tmanagement.adobe.io/",
        "https://usermanagement.adobe.io\t.example.com/",
        "ht\ntps://example.com/",
        "ftp://usermanagement.adobe.io/",
        "file://usermanagement.adobe.io/",
        "javascript://usermanagement.adobe.io/",
        "https://",
        "https:// /",
        "http://2130706433:8080/",
        "http://0x7f.1:8080/",
        "http://127.0.0.1.:8080/",
        "http://127.0.0.1:08080/",
        "http://[::ffff:127.0.0.1]:8080/",
    ] {
        let refused = url("GET", &format!("{address}{path}"));
        assert!(refused.as_ref().is_err_and(|error| error.kind.name() == "usage"), "{address}: {refused:?}");
    }
}

#[test]
fn a_target_without_a_scheme_is_a_path_of_the_service() {
    for target in ["//example.com/users", "/\\example.com/users", "example.com:443/users", "@example.com"] {
        let url = url("GET", target).unwrap();
        assert!(url.starts_with("http://127.0.0.1:8080/v2/usermanagement/"), "{target}: {url}");
    }
}

#[test]
fn no_other_organization_is_reached_in_any_encoding() {
    let here = "https://usermanagement.adobe.io/v2/usermanagement";
    for target in [
        "/users/B@AdobeOrg/0",
        "/users/B/0",
        "/users/B%40AdobeOrg/0",
        "/users/B%2540AdobeOrg/0",
        "/users/B%252540AdobeOrg/0",
        "/users/%42@%41dobe%4Frg/0",
        "/users/b@adobeorg/0",
        "/USERS/B/0",
        "/%75sers/B/0",
        "/users/A@AdobeOrg%2F..%2FB@AdobeOrg/0",
        "/users/A@AdobeOrg;B/0",
        "/users/A@AdobeOrg/0/..%2F..%2FB@AdobeOrg",
        "/users%2FB@AdobeOrg/0",
        "//users//B@AdobeOrg//0/",
        "action/B@AdobeOrg?testOnly=true",
        "/groups/ B@AdobeOrg/0",
        "/organizations/B@AdobeOrg/users/a@example.com",
        "/B@AdobeOrg/products/1/configurations/2",
        "/users/A@AdobeOrg/0?organization=B%40AdobeOrg",
        "/v2/usermanagement/users/B@AdobeOrg/0",
        "/v2/usermanagement/v2/usermanagement/users/B@AdobeOrg/0",
        "HERE/users/B@AdobeOrg/0",
    ] {
        for method in ["GET", "post", "PATCH"] {
            let refused = url(method, &target.replace("HERE", here));
            let message = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
            assert!(message.contains("is not the organization of this run"), "{target}: {refused:?}");
        }
    }
    for target in ["/users/A%40AdobeOrg/0", "/users/a@adobeorg/0", "/A@AdobeOrg/products", "/new/thing/0"] {
        assert!(url("GET", target).is_ok(), "{target}");
    }
}

#[test]
fn a_password_in_a_refused_url_is_not_repeated() {
    let error = url("GET", "https://me:hunter2@example.com/x").unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn a_path_is_encoded_once_and_safely() {
    for (given, expected) in [
        ("/users/A@AdobeOrg/0/Group #1", "/users/A@AdobeOrg/0/Group%20%231"),
        ("/users/A@AdobeOrg/0/Group%20%231", "/users/A@AdobeOrg/0/Group%20%231"),
        ("/users/A@AdobeOrg/0/A%2FB", "/users/A@AdobeOrg/0/A%2FB"),
        ("/users/A@AdobeOrg/0/50% off", "/users/A@AdobeOrg/0/50%25%20off"),
        ("/users/A@AdobeOrg/0/Größe", "/users/A@AdobeOrg/0/Gr%C3%B6%C3%9Fe"),
        (
            "/organizations/A@AdobeOrg/users/a+b@example.com",
            "/organizations/A@AdobeOrg/users/a%2Bb@example.com",
        ),
        ("/x\r\ny", "/x%0D%0Ay"),
    ] {
        let expected = format!("http://127.0.0.1:8080/v2/usermanagement{expected}");
        assert_eq!(url("GET", given).unwrap(), expected, "{given}");
    }
    assert!(url("GET", "/x?q=a b&é").unwrap().ends_with("/x?q=a%20b&%C3%A9"));
}

#[test]
fn the_action_path_is_known_however_it_is_spelled() {
    let settings = settings("https://usermanagement.adobe.io/v2/usermanagement");
    let nature =
        |method: &str, target: &str| RequestTarget::parse(&settings, method, target).unwrap().nature();
    for target in [
        "/action/A@AdobeOrg",
        "//action//A@AdobeOrg/",
        "/%61ction/A@AdobeOrg",
        "/Action/A@AdobeOrg",
        "action",
    ] {
        assert_eq!(nature("post", target), RequestNature::Action, "{target}");
    }
    assert_eq!(nature("GET", "/action/A@AdobeOrg"), RequestNature::Read);
    assert_eq!(nature("PUT", "/action/A@AdobeOrg"), RequestNature::Write);
    assert_eq!(nature("POST", "/A/products/1/configurations/2"), RequestNature::Write);
}

fn asked(query: &str) -> Result<Option<bool>> {
    let settings = settings("https://usermanagement.adobe.io/v2/usermanagement");
    RequestTarget::parse(&settings, "POST", &format!("/action/A@AdobeOrg{query}"))
        .unwrap()
        .asks_for_rehearsal()
}

#[test]
fn a_query_asks_for_a_rehearsal_in_any_spelling_or_is_unclear() {
    for query in
        ["?testOnly=true", "?testonly=True", "?TESTONLY=TRUE", "?test%4Fnly=tr%75e", "?x=1&%74estOnly=true"]
    {
        assert_eq!(asked(query).unwrap(), Some(true), "{query}");
    }
    for query in ["?testOnly=false", "?testonly=FALSE", "?test%4fnly=f%61lse&testOnly=false"] {
        assert_eq!(asked(query).unwrap(), Some(false), "{query}");
    }
    for query in ["", "?x=1", "?test=true&only=true"] {
        assert_eq!(asked(query).unwrap(), None, "{query}");
    }
    for query in [
        "?testOnly",
        "?testOnly=",
        "?testOnly=1",
        "?testOnly=yes",
        "?testOnly=true&testOnly=false",
        "?testOnly=%20true",
        "?test_only=true",
        "?test-Only=true",
        "?testOnly%20=true",
        "?x=1&amp;testOnly=true",
        "?x=1;testOnly=true",
        "?testOnly[]=true",
        "?%00testOnly=true",
    ] {
        assert!(asked(query).is_err_and(|error| error.kind.name() == "usage"), "{query}");
    }
}

#[test]
fn the_service_gets_its_own_spelling_or_nothing() {
    let settings = settings("https://usermanagement.adobe.io/v2/usermanagement");
    for query in ["", "?testOnly=false", "?test%4Fnly=false&testonly=false", "?TESTONLY=true"] {
        let mut target =
            RequestTarget::parse(&settings, "POST", &format!("/action/A@AdobeOrg{query}")).unwrap();
        target.set_rehearsal(true);
        assert!(target.url(&settings).ends_with("/action/A@AdobeOrg?testOnly=true"), "{query}");
        target.set_rehearsal(false);
        assert!(target.url(&settings).ends_with("/action/A@AdobeOrg"), "{query}");
    }
}

#[test]
fn an_endpoint_of_ours_knows_its_limit() {
    let target = RequestTarget::of(EndpointId::Groups, &[("organization", "A@AdobeOrg"), ("page", "2")], "");
    assert_eq!(
        (target.label().as_str(), target.lane()),
        ("GET /groups/A@AdobeOrg/2", Some(EndpointId::Groups))
    );
    let settings = settings("https://usermanagement.adobe.io/v2/usermanagement");
    let raw = RequestTarget::parse(&settings, "GET", "/groups/A@AdobeOrg/2").unwrap();
    assert_eq!(raw, target);
}
