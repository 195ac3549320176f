//! Decimals of `rust_decimal`: exact on the wire, both as numbers and as amounts of money.

use rust_decimal::Decimal;

use crate::{
    Decode, DecodeError, Encode, EncodeError, Encoder, Money, ParseError, WireValue, kind,
};

macro_rules! numbers {
    ($($Kind:ident)+) => {$(
        /// Writes all digits, including trailing zeros.
        impl Encode<kind::$Kind> for Decimal {
            fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
                to.digits(&self.to_string());
                Ok(())
            }
        }

        /// Never rounds: a number with more digits than `Decimal` can hold is an error.
        impl Decode<kind::$Kind> for Decimal {
            fn decode(answered: WireValue<'_>) -> Result<Self, DecodeError> {
                let number = exactly(&answered.text().unwrap_or_default());
                number.ok_or_else(|| DecodeError::expected("a number that fits Decimal"))
            }
        }
    )+};
}

numbers! { Number Double }

kind::numbers! {
    Decimal: f32 f64 i8 i16 i32 i64 u8 u16 u32 u64;
    f32: Decimal;
    f64: Decimal;
}

/// Parses a number with or without an exponent. `Decimal`'s own parser would round, and would
/// accept `1_000`.
fn exactly(text: &str) -> Option<Decimal> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (text, None),
    };
    if digits.contains('_') {
        return None;
    }
    let number = Decimal::from_str_exact(digits).ok()?;
    match exponent {
        Some(_) => Decimal::from_scientific(text).ok(),
        None => Some(number),
    }
}

/// Available with the feature `decimal`.
impl Money {
    /// Creates a value from an amount, with all its digits, and an ISO 4217 currency code.
    ///
    /// # Errors
    /// [`ParseError`] if the currency is not three capital letters.
    pub fn from_decimal(amount: Decimal, currency: impl Into<String>) -> Result<Self, ParseError> {
        Self::new(amount.to_string(), currency)
    }

    /// Returns the amount, or `None` if it has more digits than `Decimal` can hold. It is never
    /// rounded.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        exactly(self.amount())
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use crate::{
        Money, kind,
        value::interop::wire::{read, written},
    };

    #[test]
    fn every_digit_survives_the_way_there_and_back() {
        for text in [
            "0",
            "300.50",
            "-0.1",
            "0.0000000000000000000000000001",
            "79228162514264337593543950335",
            "-7.9228162514264337593543950335",
        ] {
            let number = Decimal::from_str_exact(text).unwrap();
            assert_eq!(written::<kind::Double>(&number).unwrap(), text);
            assert_eq!(written::<kind::Number>(&number).unwrap(), text);
            for json in [text.to_owned(), format!("\"{text}\"")] {
                let double: Decimal = read::<kind::Double, _>(&json).unwrap();
                assert_eq!(double.to_string(), text);
                assert_eq!(read::<kind::Number, _>(&json), Ok(double));
            }
        }
    }

    #[test]
    fn a_written_decimal_is_a_json_number() {
        for number in [
            Decimal::MIN,
            Decimal::MAX,
            -Decimal::ZERO,
            Decimal::new(5, 28),
        ] {
            let json = written::<kind::Double>(&number).unwrap();
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert!(value.is_number(), "{json}");
        }
    }

    #[test]
    fn exponents_are_read() {
        for (json, number) in [
            ("1.5e3", "1500"),
            ("1.0e+25", "10000000000000000000000000"),
            ("25E-4", "0.0025"),
            ("\"-1e0\"", "-1"),
        ] {
            let read: Decimal = read::<kind::Double, _>(json).unwrap();
            assert_eq!(read, Decimal::from_str_exact(number).unwrap(), "{json}");
        }
    }

    #[test]
    fn what_is_not_an_exact_decimal_is_refused() {
        for json in [
            "null",
            "true",
            "\"\"",
            "\"ten\"",
            "\"NaN\"",
            "\"1_000\"",
            "\"1e\"",
            "1e29",
            "1e-29",
            "1e99999999999",
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "1.00000000000000000000000000001e1",
        ] {
            assert!(read::<kind::Double, Decimal>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn money_is_made_of_decimals_and_gives_them_back() {
        for amount in [Decimal::MIN, Decimal::MAX, Decimal::new(30_050, 2)] {
            let money = Money::from_decimal(amount, "RUB").unwrap();
            assert_eq!(money.amount(), amount.to_string());
            assert_eq!(money.to_decimal(), Some(amount));
            assert_eq!(money.to_string().parse(), Ok(money));
        }
        assert!(Money::from_decimal(Decimal::ONE, "rub").is_err());
        let unfit = Money::new("0.00000000000000000000000000001", "RUB").unwrap();
        assert_eq!(unfit.to_decimal(), None);
    }
}
