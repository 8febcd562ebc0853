//! Numbers and nouns in messages: `3,040 removals`, `1 removal`, `an Index`.

/// A number with a comma between groups of three digits.
pub(crate) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts; `noun` is the singular, and an `s` makes the plural.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// A noun with its indefinite article.
pub(crate) fn indefinite(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// The smallest limit of memory: the program itself takes some of it.
pub(crate) const SMALLEST_MEMORY: u64 = 32 << 20;

/// The units of sizes.
const UNITS: [(&str, u64); 4] = [("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)];

/// A number of bytes for people, such as `1.5 GiB`.
pub(crate) fn size(bytes: usize) -> String {
    let bytes = bytes as u64;
    let Some((unit, factor)) = UNITS.iter().find(|(_, factor)| bytes >= *factor) else {
        return format!("{bytes} bytes");
    };
    let tenths = bytes.saturating_mul(10) / factor;
    match tenths % 10 {
        0 => format!("{} {unit}iB", tenths / 10),
        tenth => format!("{}.{tenth} {unit}iB", tenths / 10),
    }
}

/// Parses a size such as `512M`, `2G`, `1.5GiB` or a number of bytes.
///
/// # Errors
/// What a size looks like.
pub(crate) fn parse_size(text: &str) -> std::result::Result<u64, String> {
    let wrong = || "must be a size such as 512M or 2G".to_owned();
    let upper = text.trim().to_ascii_uppercase();
    let plain = upper.strip_suffix("IB").or_else(|| upper.strip_suffix('B')).unwrap_or(&upper);
    let unit = UNITS.iter().find_map(|(unit, factor)| Some((plain.strip_suffix(unit)?, *factor)));
    let (number, factor) = unit.unwrap_or((plain, 1));
    let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), "0"));
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let digits =
        u32::try_from(part.len()).ok().filter(|digits| (1..=3).contains(digits)).ok_or_else(wrong)?;
    let part: u64 = part.parse().map_err(|_| wrong())?;
    let bytes = whole.checked_mul(factor).ok_or_else(wrong)?;
    let bytes = bytes.checked_add(factor.saturating_mul(part) / 10_u64.pow(digits)).ok_or_else(wrong)?;
    if bytes < SMALLEST_MEMORY { Err("must be at least 32M".to_owned()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_are_plural_except_for_one() {
        let texts = [0, 1, 2, 200, 3_040, 1_000_000].map(|count| counted(count, "removal"));
        let expected =
            ["0 removals", "1 removal", "2 removals", "200 removals", "3,040 removals", "1,000,000 removals"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_noun_has_its_article() {
        let expected = ["an Index", "an Outcome", "a User", "an array", "a map"];
        assert_eq!(["Index", "Outcome", "User", "array", "map"].map(indefinite), expected);
    }

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes) in [
            ("512M", 512 << 20),
            ("512mib", 512 << 20),
            ("2G", 2 << 30),
            ("1.5GB", 3 << 29),
            ("67108864", 64 << 20),
            (" 40000 K ", 40_000 << 10),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "-1G", "1.G", "two", "1P", "99999999999T", "1M", "31.9M"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
        assert_eq!(
            (size(3 << 29), size(1 << 30), size(7)),
            ("1.5 GiB".into(), "1 GiB".into(), "7 bytes".into())
        );
    }
}
