//! What a spreadsheet shows instead of a value: errors, `###`, and numbers that it has shortened.

/// What a cell of an export shows if its value is not known. A spreadsheet takes it for its own error of this name, and
/// `bulk` refuses it in every column: an empty cell could clear the field.
pub(crate) const NOT_AVAILABLE: &str = "#N/A";

/// What spreadsheets write into a cell without a value, in English, Russian, German, French, Spanish, Italian, Portuguese
/// and Polish.
const SHEET_ERRORS: &[&str] = &[
    NOT_AVAILABLE,
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#BUSY!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#EXTERNAL!",
    "#PYTHON!",
    "#GETTING_DATA",
    // Google Sheets.
    "#ERROR!",
    "#Н/Д",
    "#ССЫЛКА!",
    "#ЗНАЧ!",
    "#ИМЯ?",
    "#ДЕЛ/0!",
    "#ПУСТО!",
    "#ЧИСЛО!",
    "#ПЕРЕНОС!",
    "#ВЫЧИСЛ!",
    "#ПОЛЕ!",
    "#ЗАНЯТО!",
    "#ЗАГРУЗКА",
    "#NV",
    "#BEZUG!",
    "#WERT!",
    "#ZAHL!",
    "#ÜBERLAUF!",
    "#VALEUR!",
    "#NOM?",
    "#NOMBRE!",
    "#NUL!",
    "#PROPAGATION!",
    "#¡REF!",
    "#¡VALOR!",
    "#¡DIV/0!",
    "#¡NUM!",
    "#¡NULO!",
    "#¿NOMBRE?",
    "#N/D",
    "#RIF!",
    "#VALORE!",
    "#NOME?",
    "#NULLO!",
    "#VALOR!",
    "#NÚM!",
    "#NULO!",
    "#ADR!",
    "#ARG!",
    "#NAZWA?",
    "#LICZBA!",
    "#DZIEL/0!",
];

/// Written for a formula of a sheet if the file does not contain its result, and refused as an error is.
pub(crate) const NOT_COMPUTED: &str = "#NOT_COMPUTED!";

/// Returns the problem with a text that a spreadsheet shows instead of a value, as the end of a sentence.
pub(crate) fn left_by_a_spreadsheet(text: &str) -> Option<&'static str> {
    if let Some(problem) = error_of_a_formula(text) {
        Some(problem)
    } else if text.len() > 2 && text.bytes().all(|byte| byte == b'#') {
        Some(
            "has `###` instead of a value, since its column was too narrow: widen the column, and export it again",
        )
    } else if has_lost_digits(text) {
        Some(
            "has a number that the spreadsheet has shortened, and its digits are lost: format the column as text, and export it again",
        )
    } else {
        None
    }
}

/// Returns the problem with a text that a spreadsheet shows for a formula without a value, as the end of a sentence.
pub(crate) fn error_of_a_formula(text: &str) -> Option<&'static str> {
    if text == NOT_COMPUTED {
        Some(
            "has a formula without its result: open the file in a spreadsheet program, which computes it, and save it",
        )
    } else {
        is_error(text).then_some("has an error of the spreadsheet instead of a value")
    }
}

/// Returns true for an error of a spreadsheet. `Err:502` is one of `LibreOffice`.
fn is_error(text: &str) -> bool {
    let has_number = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    text.starts_with('#') && SHEET_ERRORS.contains(&&*text.to_uppercase())
        || ["Err:", "Ошибка:"]
            .iter()
            .any(|word| text.strip_prefix(word).is_some_and(has_number))
}

/// Returns true for `7.91699E+10`, which is what a spreadsheet shows of a long number.
fn has_lost_digits(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = digits.replacen([',', '.'], "", 1);
    is_number(&digits) && exponent.strip_prefix('+').is_some_and(is_number)
}
