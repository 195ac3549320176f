//! How the client handles every answer that a server, a gateway or a broken connection can return:
//! the kind of the error, what may have been applied, what is sent again and when, and that nothing
//! else is sent to any host.
#![cfg(test)]

mod caller;
mod case;
mod connections;
mod contradictions;
mod counts;
mod created;
mod elsewhere;
mod late_arrivals;
mod lost;
mod neglected;
mod numbered;
mod other_forms;
mod outages;
mod pages;
mod refusals;
mod repeats;
mod requests;
mod server;
mod session_runs;
mod sessions;
mod successes;
mod throttle;
mod times;
mod too_long;
mod waits;
mod written;
