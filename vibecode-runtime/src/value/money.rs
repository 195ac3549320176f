//! Amounts of money.

use std::{fmt, str::FromStr};

use super::ParseError;
use crate::{
    Encode, EncodeError, Encoder, kind, value::text_form::serde_as_text, wire::number::Decimal,
};

const MONEY: ParseError = ParseError::expected(
    "an amount in digits with at most one point and a currency of three capitals, such as 300.50|RUB",
);

/// An amount and its currency, `300.50|RUB` on the wire (grade B).
///
/// The amount is kept as decimal text and is never converted to `f64`.
///
/// ```
/// use vibecode_runtime::Money;
///
/// let price = Money::new("300.50", "RUB")?;
/// assert_eq!(price, "300.50|RUB".parse()?);
/// assert_eq!((price.amount(), price.currency()), ("300.50", "RUB"));
/// assert_eq!(price.to_string(), "300.50|RUB");
/// # Ok::<(), vibecode_runtime::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    amount: String,
    currency: String,
}

impl Money {
    /// Creates a value from an amount in plain digits and an ISO 4217 currency code.
    ///
    /// # Errors
    /// [`ParseError`] if the amount is not in plain digits or the currency is not three capital
    /// letters.
    pub fn new(amount: impl Into<String>, currency: impl Into<String>) -> Result<Self, ParseError> {
        let (amount, currency) = (amount.into(), currency.into());
        let is_currency =
            currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_decimal = Decimal::of(&amount).is_some() && !amount.contains(['e', 'E']);
        if is_decimal && is_currency {
            Ok(Self { amount, currency })
        } else {
            Err(MONEY)
        }
    }

    /// Returns the amount in digits.
    #[must_use]
    pub fn amount(&self) -> &str {
        &self.amount
    }

    /// Returns the currency, such as `RUB`.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

impl FromStr for Money {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (amount, currency) = text.split_once('|').ok_or(MONEY)?;
        Self::new(amount, currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.amount, self.currency)
    }
}

serde_as_text! { Money: MONEY.what(); }

impl Encode<kind::Money> for Money {
    fn encode(&self, to: &mut Encoder<'_>) -> Result<(), EncodeError> {
        to.text(&self.to_string());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn amounts_are_plain_decimals_in_a_known_shape_of_currency() {
        for text in ["300|RUB", "300.50|RUB", "-1|USD", "0.001|EUR"] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), text);
        }
        assert_eq!(Money::new("300", "RUB").unwrap().amount(), "300");
        for text in [
            "",
            "300",
            "|RUB",
            "300|",
            "300|rub",
            "300|RUBL",
            "1e3|RUB",
            "1,5|RUB",
            ".5|RUB",
            "5.|RUB",
            "1.2.3|RUB",
            "NaN|RUB",
            "300 |RUB",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }
}
