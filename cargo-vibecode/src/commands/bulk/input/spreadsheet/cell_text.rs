//! What is written for the value of a cell.

use calamine::{Data, ExcelDateTime};

/// The number from which a spreadsheet loses digits.
const EXACT: f64 = 1e15;

/// Returns a cell as it would be typed. The digits of a number stay as they are.
pub(super) fn text(cell: &Data) -> String {
    match cell {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => digits(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::DateTime(moment) => moment_text(moment),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

fn digits(number: f64) -> String {
    // With an exponent, no field takes it: the spreadsheet has lost its last digits.
    if number.abs() >= EXACT {
        format!("{number:E}").replace('E', "E+")
    } else {
        number.to_string()
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return digits(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}
