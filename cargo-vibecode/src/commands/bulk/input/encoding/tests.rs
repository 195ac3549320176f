//! Files in each encoding, and in several.

use encoding_rs::{ISO_8859_5, KOI8_U, WINDOWS_1251, X_MAC_CYRILLIC};

use super::{cyrillic::tests::Letters, *};

const RUSSIAN: &str = "ID;Имя;Должность\r\n71;Анна;Старший «бухгалтер» ООО\r\n72;Ёжик;и др.\r\n";

#[test]
fn damaged_utf_8_is_not_taken_for_another_encoding() {
    let mut damaged = RUSSIAN.as_bytes().to_vec();
    damaged.remove(40);
    assert!(is_utf_8(&damaged));
    assert!(!is_utf_8(&WINDOWS_1251.encode(RUSSIAN).0));
}

#[test]
fn utf_16_without_a_mark_is_recognized() {
    let units: Vec<u16> = RUSSIAN.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(utf_16_without_mark(&little), Some(UTF_16LE));
    assert_eq!(utf_16_without_mark(&big), Some(UTF_16BE));
    assert_eq!(utf_16_without_mark(RUSSIAN.as_bytes()), None);
}

/// Rows as people have them: names, posts, cities and companies, with rare letters too.
const ROWS: [&str; 40] = [
    "Иванов Иван;Директор",
    "Петрова Анна;Старший бухгалтер",
    "Ёлкина Мария;Менеджер отдела закупок",
    "Эдуард Шмидт;инженер",
    "Юлия Щукина;Юрист",
    "Яков Цой;Кладовщик",
    "Дмитрий Фёдоров;Водитель погрузчика",
    "Екатерина Хабибуллина;директор по продажам",
    "Сергей Тимофеев;Главный инженер",
    "Тимур Усманов;Специалист",
    "Фарид Шарафутдинов;Технолог",
    "Ольга Жукова;HR-менеджер",
    "Харитон Чехов;Секретарь",
    "Цветаева Зоя;Переводчик",
    "Чайковский Пётр;Композитор",
    "Борис Гусев;Бухгалтер",
    "Вера Лаптева;Врач",
    "Галина Кузнецова;Генеральный директор",
    "Зинаида Рябова;Заместитель директора",
    "Игорь Ким;Исполнительный директор",
    "Константин Быков;Координатор",
    "Лев Толстой;Логист",
    "Мария Склодовская;Маркетолог",
    "Наталья Орлова;начальник отдела",
    "Олег Попов;Оператор",
    "Павел Морозов;Программист",
    "Роман Якушев;Руководитель",
    "Семён Дежнёв;системный администратор",
    "Ульяна Зуева;Управляющий",
    "Шамиль Юсупов;Шеф-повар",
    "ООО Ромашка;Офис-менеджер",
    "ИП Щербаков;ДИРЕКТОР",
    "Эльвира;Эксперт",
    "Артём;Агент",
    "Никита;продавец",
    "Евгений;Закупки",
    "Рустам;Сторож",
    "Даниил;Дизайнер",
    "Ян;Повар",
    "Юнус;тренер",
];

/// Rows with the letters that only Ukrainian has.
const UKRAINIAN: [&str; 7] = [
    "Марія Бондаренко;директор",
    "Іван Коваленко;Начальник складу",
    "Петро Мельник;водій",
    "Шевченко Олексій;Головний бухгалтер",
    "Євген Їжак;Керівник відділу закупівель",
    "Ірина Гудзь;Заступник директора",
    "Київська філія;менеджер із продажів",
];

const HEADER: &str = "id;name;post\n";

fn text_of(rows: &[&str], header: &str) -> String {
    let rows = rows.iter().zip(1..);
    let rows: Vec<String> = rows.map(|(row, id)| format!("{id};{row}\n")).collect();
    format!("{header}{}", rows.concat())
}

/// Returns the text that a file is read as, or why it is refused.
fn read(bytes: &[u8]) -> Result<String, String> {
    let recognized = recognize(&mut io::Cursor::new(bytes), Path::new("a.csv"), bytes);
    match recognized.expect("bytes can be read") {
        Recognized::Encoding(encoding) => {
            Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
        }
        Recognized::Unclear(problem) => Err(problem),
    }
}

/// Checks that a file is read as this text, or refused with the option that helps. Returns whether it is read.
fn assert_never_misread(bytes: &[u8], text: &str, encodings: &str) -> bool {
    match read(bytes) {
        Ok(read) => {
            assert_eq!(read, text, "{encodings}");
            true
        }
        Err(problem) => {
            assert!(problem.contains("--encoding"), "{encodings}: {problem}");
            false
        }
    }
}

#[test]
fn a_file_of_few_or_many_rows_is_never_misread_and_from_three_rows_on_is_recognized() {
    for encoding in cyrillic::ENCODINGS {
        let letters = Letters::of(encoding);
        for (count, header) in [1, 3, 20]
            .into_iter()
            .flat_map(|count| ["", HEADER, "ID;Имя;Должность\n"].map(|header| (count, header)))
        {
            for rows in ROWS.windows(count) {
                let text = text_of(rows, header);
                let is_read = assert_never_misread(&letters.bytes(&text), &text, encoding.name());
                assert!(is_read || count == 1, "{text} in {}", encoding.name());
            }
        }
    }
}

#[test]
fn a_file_in_ukrainian_is_never_misread() {
    // The others do not have all of its letters.
    for encoding in [WINDOWS_1251, KOI8_U, X_MAC_CYRILLIC, ISO_8859_5] {
        let letters = Letters::of(encoding);
        for count in 1..=UKRAINIAN.len() {
            // Also beside rows in Russian.
            for (rows, russian) in UKRAINIAN
                .windows(count)
                .flat_map(|rows| [0, 3, 20].map(|count| (rows, ROWS.iter().take(count))))
            {
                let rows: Vec<&str> = russian.chain(rows).copied().collect();
                let text = text_of(&rows, HEADER);
                assert_never_misread(&letters.bytes(&text), &text, encoding.name());
            }
        }
    }
}

#[test]
fn a_file_with_a_row_in_another_encoding_is_never_misread() {
    let letters = cyrillic::ENCODINGS.map(|encoding| (encoding, Letters::of(encoding)));
    for (one, of_one) in &letters {
        for (other, of_other) in letters.iter().filter(|(other, _)| other != one) {
            let names = format!("{} with {}", one.name(), other.name());
            for (index, row) in ROWS.iter().enumerate() {
                for count in [1, 3, 20] {
                    let others = ROWS.iter().cycle().skip(index + 1).take(count);
                    let text = text_of(&others.copied().collect::<Vec<_>>(), HEADER);
                    let row = text_of(&[row], "");
                    let bytes = [of_one.bytes(&text), of_other.bytes(&row)].concat();
                    assert_never_misread(&bytes, &format!("{text}{row}"), &names);
                }
            }
        }
    }
}

/// The letters of CP437, the encoding of DOS in the USA, from `0x80`.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑ";

#[test]
fn western_names_in_the_encodings_of_dos_are_not_read_as_russian() {
    for rows in [
        &[
            "Müller;Geschäftsführer",
            "Jürgen Groß;Köln",
            "Ünal;Öffentlich",
        ][..],
        &["René;gérant", "Zoé;à côté", "Agnès;élève"],
        &["Muñoz;dirección", "García Íñigo;gestión", "Ñuñez;baño"],
        &["é;à", "ü;ö"],
    ] {
        for count in 1..=rows.len() {
            for rows in rows.windows(count) {
                let byte_of = |letter: char| match CP437.chars().position(|it| it == letter) {
                    Some(index) => 0x80 + u8::try_from(index).expect("it has few letters"),
                    None => u8::try_from(letter).unwrap_or(b'?'),
                };
                let bytes: Vec<u8> = text_of(rows, HEADER).chars().map(byte_of).collect();
                let problem = read(&bytes).expect_err("the encoding is not Cyrillic");
                assert!(problem.contains("--encoding"), "{problem}");
            }
        }
    }
}
