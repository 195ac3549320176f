//! Prints the requests in the terminal as they arrive.

use std::fmt::Write;

use serde_json::{Value, json};
use vibecode_sandbox::{LoggedRequest, Watch};

use crate::output::Output;

/// Prints every request once it is over, until the sandbox is dropped.
pub(crate) async fn print(mut watch: Watch, output: &Output) {
    // A request may change after it is over: a late write.
    let mut printed: usize = 0;
    let mut early: Vec<usize> = Vec::new();
    while let Some(news) = watch.next().await {
        for request in news.iter().filter(|request| request.is_over()) {
            let serial = request.serial();
            if serial < printed || early.contains(&serial) {
                continue;
            }
            output.line(line(request));
            output.event("request", document(request));
            early.push(serial);
            while let Some(at) = early.iter().position(|serial| *serial == printed) {
                early.swap_remove(at);
                printed += 1;
            }
        }
    }
}

fn line(request: &LoggedRequest) -> String {
    let status = request.status().map(|status| status.as_u16().to_string());
    let status = status.unwrap_or_else(|| "---".to_owned());
    let mut line = format!(
        "{status} {:6} {}",
        request.method().as_str(),
        request.path()
    );
    for (name, value) in [
        ("", request.error_code().map(str::to_owned)),
        (
            "fault: ",
            request.fault().map(|fault| fault.name().to_owned()),
        ),
        ("dropped: ", list(request.dropped())),
    ] {
        if let Some(value) = value {
            let _ = write!(line, "  {name}{value}");
        }
    }
    line
}

fn list(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

fn document(request: &LoggedRequest) -> Value {
    json!({
        "serial": request.serial(),
        "method": request.method().as_str(),
        "path": request.path(),
        "status": request.status().map(|status| status.as_u16()),
        "code": request.error_code(),
        "fault": request.fault().map(vibecode_sandbox::Fault::name),
        "dropped": request.dropped(),
        "applied": request.was_applied(),
    })
}
