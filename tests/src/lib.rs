//! The promises of the workspace, tested from outside. What stands below is the README, so that
//! its samples are compiled and run.
#![doc = include_str!("../../README.md")]
