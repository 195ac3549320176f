//! The CPU time and the memory of child processes.

use std::{fs, io, process::Child, thread, time::Duration};

/// Linux counts CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Returns the CPU seconds of all processes that the work starts and waits for.
///
/// # Errors
/// If the work fails, or there is no `/proc`.
pub fn cpu_seconds(work: impl FnOnce() -> io::Result<()>) -> io::Result<f64> {
    let before = so_far()?;
    work()?;
    Ok(so_far()? - before)
}

/// Waits for a child, and returns the most memory that it held at a time, in kB.
///
/// # Errors
/// If the child cannot be waited for.
pub fn peak_kilobytes(child: &mut Child) -> io::Result<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait()?.is_none() {
        // The process may have ended since.
        let status = fs::read_to_string(&status).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.trim().strip_suffix(" kB"));
        most = most.max(peak.and_then(|text| text.trim().parse().ok()).unwrap_or(0));
        thread::sleep(Duration::from_millis(2));
    }
    Ok(most)
}

/// Returns the user and system time of all children that have ended, and of their children, from Linux's
/// `/proc`.
fn so_far() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The fields after the name in parentheses; cutime and cstime are the 14th and 15th of these.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(13).take(2);
    let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}
