use vibecode_runtime::{Client, TaskId};

fn phones(client: &Client) {
    let _ = client.multifields(TaskId::from(91));
}

fn main() {}
