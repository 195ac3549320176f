//! The key is nowhere but in the requests.

use vibecode_sandbox::{Fault, Sandbox};

use crate::support::{Desk, Said};

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_in_no_output_and_in_no_file() {
    let desk = Desk::of(60).await;
    desk.write("a.csv", "id,post\n1,a\n404,b\nx,c\n");
    desk.write("b.csv", "id,post\n1,a\n");
    desk.write("key", format!("{}\n", Sandbox::API_KEY));
    desk.fault(Fault::bad_gateway_html());
    let mut said = vec![
        desk.run("contacts a.csv"),
        desk.run("contacts a.csv --yes --skip-bad"),
        desk.run("contacts a.csv --yes --skip-bad --format json"),
        desk.run("contacts a.csv --resume --skip-bad --format json"),
        desk.run("contacts b.csv --yes --key-file key"),
        desk.run("contacts b.csv --key secret"),
    ];
    let mut command = desk.command("contacts b.csv --resume");
    let refused = command.env("VIBECODE_API_KEY", Sandbox::MANAGEMENT_KEY);
    said.push(Said::of(refused.output().unwrap()));
    let keys = [Sandbox::API_KEY, Sandbox::MANAGEMENT_KEY];
    for said in &said {
        let all = format!("{said:?}");
        assert!(keys.iter().all(|key| !all.contains(key)), "{all}");
    }
    for file in std::fs::read_dir(&desk.folder).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        let is_own = file.file_name() == "key";
        assert!(
            is_own || keys.iter().all(|key| !text.contains(key)),
            "{file:?}"
        );
    }
    assert!(desk.exists("a.csv.journal") && desk.exists("a.failed.csv"));
}
