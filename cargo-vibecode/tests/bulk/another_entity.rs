//! Files with the rows of another entity, whose ids are those of other records.

use serde_json::json;
use vibecode_sandbox::Sandbox;

use crate::support::Desk;

async fn desk() -> Desk {
    let seed = json!({
        "contacts": [{"id": 1, "comments": "a"}],
        "deals": [{"id": 1, "title": "Roof", "amount": 5, "comments": "b"}],
    });
    Desk::with(Sandbox::builder().seed(seed).start().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_another_entity_are_refused_in_either_form() {
    let desk = desk().await;
    for (name, text) in [
        ("a.csv", "id,title,amount,comments\n1,Roof,5,b\n"),
        (
            "a.jsonl",
            "{\"id\":1,\"comments\":\"b\"}\n{\"id\":1,\"title\":\"Roof\",\"amount\":5,\"comments\":\"b\"}\n",
        ),
    ] {
        desk.write(name, text);
        for flags in ["--ignore-unknown", "--skip-bad"] {
            desk.run(&format!("contacts {name} {flags} --yes")).assert(
                2,
                "the rows look like those of deals, and would change the contacts with the same ids: contacts have no `title`, `amount`. Change deals instead, or leave these columns out with --ignore",
            );
        }
    }
    desk.assert_nothing_sent();
    desk.run("contacts a.jsonl --ignore title --ignore amount")
        .assert(0, "2 to send");
    desk.run("deals a.csv").assert(0, "1 to send");
}

#[tokio::test(flavor = "multi_thread")]
async fn bitrix24s_export_of_another_entity_is_refused_as_json_lines_too() {
    let desk = desk().await;
    desk.write(
        "a.jsonl",
        "{\"ID\":1,\"Комментарий\":\"x\",\"Тип контакта\":\"\",\"Участвует в экспорте контактов\":\"Да\"}\n",
    );
    desk.run("companies a.jsonl --ignore-unknown --skip-bad --yes").assert(
        2,
        "this is Bitrix24's export of contacts, and the rows would change the companies with the same ids",
    );
    desk.assert_nothing_sent();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_another_entity_is_the_only_problem_that_is_reported() {
    let desk = desk().await;
    desk.write(
        "a.csv",
        "ID;Название компании;Тип компании;Сфера деятельности;Годовой оборот;Своё поле\n1;Roof;;;;\n",
    );
    desk.write(
        "a.jsonl",
        "{\"id\":1,\"title\":\"Roof\",\"amount\":5}\n{\"id\":0}\n",
    );
    for file in ["a.csv", "a.jsonl"] {
        let said = desk.run(&format!("contacts {file}"));
        said.assert(2, "would change the contacts with the same ids");
        assert_eq!(said.err.matches("error: ").count(), 1, "{said:#?}");
        assert!(!said.out.contains("bad"), "{said:#?}");
    }
    assert!(!desk.exists("a.bad.jsonl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_field_of_another_entity_is_not_evidence() {
    let desk = desk().await;
    desk.write("a.csv", "id,title,comments\n1,x,b\n");
    desk.run("contacts a.csv --ignore-unknown")
        .assert(0, "1 to send");
}
