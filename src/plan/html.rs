//! A plan as one page that needs nothing else.

use crate::plan::file::{PlanFile, ProfileForecast};
use crate::plan::plan_command::PlanCommand;
use crate::plan::summary::{PlanSummary, SubjectChange, origin};
use crate::quantity::counted;
use crate::secret::mask;
use crate::wire::invisible::revealed;
use std::fmt::Write as _;

/// The page without its content.
const PAGE: &str = include_str!("page.html");

/// The page of a plan.
pub fn page(plan: &PlanFile, summary: &PlanSummary) -> String {
    let heading = format!("Plan: {}", origin(plan));
    let subtitle = format!(
        "{} ({}), made {} by {}{}",
        plan.organization,
        plan.profile,
        plan.made.strftime("%Y-%m-%d %H:%M UTC"),
        plan.planner.user,
        plan.reason.as_ref().map(|reason| format!(". Reason: {reason}")).unwrap_or_default()
    );
    let text = PAGE
        .replace("{{title}}", &escaped(&heading))
        .replace("{{heading}}", &escaped(&heading))
        .replace("{{subtitle}}", &escaped(&subtitle))
        .replace("{{tiles}}", &tiles(summary))
        .replace("{{sections}}", &sections(plan, summary));
    mask(&text).into_owned()
}

fn tiles(summary: &PlanSummary) -> String {
    let minutes = counted(summary.minutes, "minute");
    let requests = format!("{} at least {minutes}", counted(summary.requests, "request") + ",");
    let mut tiles = String::new();
    for (number, label, class) in [
        (summary.people.len(), "people and groups", ""),
        (summary.planned, requests.as_str(), ""),
        (summary.failing, "would fail", "bad"),
        (summary.irreversible, "cannot be undone", "warn"),
        (summary.uncertain, "not certain", ""),
    ] {
        let class = if number > 0 { class } else { "" };
        let label = if label == requests { format!("commands in {label}") } else { label.to_owned() };
        let _ = write!(
            tiles,
            "<div class=\"tile\"><b class=\"{class}\">{number}</b><span>{}</span></div>",
            escaped(&label)
        );
    }
    tiles
}

fn sections(plan: &PlanFile, summary: &PlanSummary) -> String {
    let mut text = String::new();
    let people: Vec<_> = summary.people.iter().map(person_row).collect();
    section(&mut text, "People and groups", &table(&["Name", "Changes", "Status", "Rests on"], &people));
    let profiles: Vec<_> = plan.profiles.iter().map(profile_row).collect();
    section(&mut text, "Profiles", &table(&["Profile", "Before", "After", "Licenses", ""], &profiles));
    let failing = plan.commands.iter().filter(|command| !command.is_planned()).map(failing_row);
    let refused = plan.refused.iter().map(|refused| {
        row(&[
            ("Who", escaped(&refused.target)),
            ("Code", code(refused.code.as_deref())),
            ("", escaped(&refused.message)),
        ])
    });
    let failing: Vec<_> = failing.chain(refused).collect();
    section(&mut text, "Would fail, and not sent", &table(&["Who", "Code", "Why"], &failing));
    let doubts = summary.doubts.iter().map(|doubt| {
        let examples = doubt.examples.join(", ");
        row(&[
            ("Rests on", escaped(&doubt.cause)),
            ("Commands", doubt.commands.to_string()),
            ("Such as", escaped(&examples)),
        ])
    });
    section(
        &mut text,
        "Not certain",
        &table(&["Rests on", "Commands", "Such as"], &doubts.collect::<Vec<_>>()),
    );
    let gone = plan.commands.iter().filter(|command| command.is_planned());
    let gone = gone.filter_map(|command| {
        let why = command.irreversible.as_deref()?;
        Some(row(&[("Who", escaped(command.target())), ("Why", escaped(why))]))
    });
    section(&mut text, "Cannot be undone", &table(&["Who", "Why"], &gone.collect::<Vec<_>>()));
    section(&mut text, "Files that the script would write", &list(plan.files.iter().map(String::as_str)));
    let listings = plan.listings.iter().map(|listing| {
        let when = listing.read.strftime("%Y-%m-%d %H:%M:%S UTC");
        let name = match listing.name.as_str() {
            "groups" | "users" | "people changed since" => listing.name.clone(),
            group => format!("direct members of {group}"),
        };
        let line = format!("{name}: {} of {when}", counted(listing.entries, "record"));
        std::iter::once(&line).chain(&listing.doubts).cloned().collect::<Vec<_>>().join("; ")
    });
    section(&mut text, "Listings", &list(listings.collect::<Vec<_>>().iter().map(String::as_str)));
    text
}

/// Adds a section, unless it is empty.
fn section(text: &mut String, heading: &str, content: &str) {
    if !content.is_empty() {
        let _ = write!(text, "<h2>{heading}</h2><div class=\"card\">{content}</div>");
    }
}

fn table(heads: &[&str], rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let heads = heads.join("</th><th>");
    format!("<table><thead><tr><th>{heads}</th></tr></thead><tbody>{}</tbody></table>", rows.concat())
}

/// A row; each cell with the label that a narrow page shows.
fn row(cells: &[(&str, String)]) -> String {
    let mut text = "<tr>".to_owned();
    for (label, cell) in cells {
        let _ = write!(text, "<td data-label=\"{label}\">{cell}</td>");
    }
    text + "</tr>"
}

fn list<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    let lines: Vec<_> = lines.map(escaped).collect();
    if lines.is_empty() { String::new() } else { format!("<ul><li>{}</li></ul>", lines.join("</li><li>")) }
}

fn person_row(change: &SubjectChange) -> String {
    let status =
        format!("<span class=\"status {}\">{}</span>", change.status, change.status.replace('_', " "));
    row(&[
        ("", format!("<b>{}</b>", escaped(&change.name))),
        ("Changes", escaped(&change.changes)),
        ("Status", status),
        ("Rests on", escaped(&change.rests_on.join("; "))),
    ])
}

fn profile_row(profile: &ProfileForecast) -> String {
    let licenses = profile.quota.map_or_else(|| "no limit".to_owned(), |quota| quota.to_string());
    let missing = profile.without_license();
    let licenses = match missing {
        0 => licenses,
        _ => format!("{licenses} <span class=\"bad\">({missing} without license)</span>"),
    };
    row(&[
        ("", format!("<b>{}</b>", escaped(&profile.name))),
        ("Before", profile.before.to_string()),
        ("After", profile.after.to_string()),
        ("Licenses", licenses),
        ("", bar(profile)),
    ])
}

fn bar(profile: &ProfileForecast) -> String {
    let Some(quota) = profile.quota.filter(|quota| *quota > 0) else { return String::new() };
    let share = (profile.after * 100 / quota).min(100);
    let class = if profile.after > quota { " class=\"over\"" } else { "" };
    format!("<div class=\"bar\"><i{class} style=\"width:{share}%\"></i></div>")
}

fn failing_row(command: &PlanCommand) -> String {
    let prediction = &command.prediction;
    row(&[
        ("Who", escaped(command.target())),
        ("Code", code(prediction.code.as_deref())),
        ("", escaped(prediction.message.as_deref().unwrap_or_default())),
    ])
}

fn code(code: Option<&str>) -> String {
    // A line may end after each part of a code.
    let parted = |code: &str| escaped(code).replace('.', ".<wbr>").replace('_', "_<wbr>");
    code.map(|code| format!("<code>{}</code>", parted(code))).unwrap_or_default()
}

/// Text in a page: nothing in it is markup, and invisible characters are shown.
fn escaped(text: &str) -> String {
    let text = revealed(text);
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '{' => safe.push_str("&#123;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_plan_is_markup() {
        assert_eq!(
            escaped("<b>\"x\" & 'y'</b> {{tiles}}"),
            "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt; &#123;&#123;tiles}}"
        );
    }
}
