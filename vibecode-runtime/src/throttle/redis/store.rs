//! The connection to Redis. It is made when it is first needed, and again after it broke.
//!
//! All of this runs in tasks of the budget, never in the future of a caller, so a lock that is held
//! while waiting for the server is always released in time.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, Value, aio::MultiplexedConnection,
};
use tokio::{sync::Mutex, time::timeout};

use crate::BudgetError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The timeout of one command. The scripts take well below a millisecond.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// The timeout of a command: an attempt, a new connection, and another attempt.
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);

pub(super) struct Store {
    client: Client,
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl Store {
    pub(super) fn new(url: &str) -> Result<Self, BudgetError> {
        // The cause is omitted: it may contain the URL, and with it a password.
        let client = Client::open(url).map_err(|_| {
            BudgetError::new(
                "the URL of the store cannot be used: write it as `redis://user:password@host:6379/0`; for `rediss:` the app has to enable TLS in the crate `redis`",
            )
        })?;
        Ok(Self {
            client,
            connection: Mutex::new(None),
        })
    }

    /// Runs a command, which must be harmless to run twice: if an idle connection turns out to be
    /// closed, the command runs again on a new one.
    pub(super) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, BudgetError> {
        let answer = timeout(TIMEOUT, self.run_again_if_closed(command)).await;
        answer.unwrap_or_else(|_| Err(failed("does not answer in time")))
    }

    async fn run_again_if_closed<T: FromRedisValue>(
        &self,
        command: &Cmd,
    ) -> Result<T, BudgetError> {
        if let Some(connection) = self.present().await
            && let Ok(answer) = self.run_on(connection, command).await
        {
            return Ok(answer);
        }
        let connection = self.connect().await?;
        self.run_on(connection, command).await
    }

    /// Runs a command if there is a connection, and ignores failures.
    pub(super) async fn try_run(&self, command: &Cmd) {
        let attempt = async {
            if let Some(connection) = self.present().await {
                let _ignored = self.run_on::<Value>(connection, command).await;
            }
        };
        let _ignored = timeout(TIMEOUT, attempt).await;
    }

    async fn run_on<T: FromRedisValue>(
        &self,
        mut connection: MultiplexedConnection,
        command: &Cmd,
    ) -> Result<T, BudgetError> {
        let answer = command.query_async(&mut connection).await;
        if answer.is_err() {
            *self.connection.lock().await = None;
        }
        answer.map_err(|error| failed("does not do what the throttle asks").with_source(error))
    }

    async fn present(&self) -> Option<MultiplexedConnection> {
        self.connection.lock().await.clone()
    }

    async fn connect(&self) -> Result<MultiplexedConnection, BudgetError> {
        let mut connection = self.connection.lock().await;
        if let Some(made_meanwhile) = &*connection {
            return Ok(made_meanwhile.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT));
        let made = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|error| failed("cannot be reached").with_source(error))?;
        Ok(connection.insert(made).clone())
    }
}

pub(super) fn failed(how: &str) -> BudgetError {
    BudgetError::new(format!(
        "the Redis server with the throttle's budget {how}, so the request was not sent"
    ))
}
