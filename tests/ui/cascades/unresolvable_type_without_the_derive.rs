struct Customer {
    post: Option<Sting>,
}

fn main() {}
