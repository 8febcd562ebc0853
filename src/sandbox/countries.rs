//! The countries an account can be in.

/// ISO 3166 codes, without those Adobe does not serve, and `UD` for an unknown one (contract 3.2, 4.3).
const SERVED: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO \
    IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR \
    PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SZ TC TD TF TG TH TJ TK \
    TL TM TN TO TR TT TV TW TZ UA UD UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Whether an account can be in the country with this code.
pub(super) fn is_served(code: &str) -> bool {
    SERVED.split_ascii_whitespace().any(|served| served == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_countries_are_served_and_made_up_ones_are_not() {
        assert!(["US", "DE", "JP", "UD"].into_iter().all(is_served));
        assert!(!["ZZ", "us", "", "KP", "U"].into_iter().any(is_served));
    }
}
