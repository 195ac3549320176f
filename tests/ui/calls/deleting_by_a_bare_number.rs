use vibecode_runtime::Client;

fn delete(client: &Client) {
    let _ = client.delete(71);
}

fn main() {}
