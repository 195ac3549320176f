//! An update of a record while its lock is held.

use tokio::time::timeout;

use super::{
    Call, Caller, Client, LONGEST_WAIT, Request,
    locks::{Additions, RecordHash, RecordLock},
};
use crate::{
    Error, ErrorKind, RawAnswer, Result, Updated,
    patch::{body::Body, target::Target},
};

impl Client {
    pub(crate) fn write(&self, target: Target, body: &Body) -> Call<Updated> {
        let record = self.shared.locks.hash(&target);
        let request = Request::update(target.entity, target.id, body);
        let additions = Additions::of(body);
        let client = self.clone();
        Call::write(request, |request, caller| async move {
            let mut lock = client.lock(record, &caller).await?;
            lock.will_add(additions);
            let mut sending = client.begin(&caller);
            let raw: RawAnswer = sending.send(&request, &mut [&mut lock]).await?;
            Ok(Updated::new(raw))
        })
    }

    /// Must be called before a lock is acquired.
    pub(crate) async fn enter_runtime(&self) -> Result<()> {
        let runtimes = &self.shared.runtimes;
        if !runtimes.is_the_only_one() {
            // Boxed, since it is rare: it then takes no space in the futures of all calls.
            Box::pin(runtimes.check()).await?;
            runtimes.note_this_one();
        }
        Ok(())
    }

    /// Waits for the lock of a record, for at most the longest wait.
    pub(super) async fn lock(&self, record: RecordHash, caller: &Caller) -> Result<RecordLock> {
        self.enter_runtime().await?;
        let mut request = self.shared.locks.join(record, caller);
        if let Some(lock) = request.try_lock() {
            return Ok(lock);
        }
        // Boxed, since it is rare: it then takes no space in the futures of all calls.
        let mut locked = Box::pin(timeout(LONGEST_WAIT, request.lock()));
        let locked = Box::pin(caller.wait(locked.as_mut())).await?;
        locked.map_err(|_| waited_for_a_record())
    }
}

/// The error if other calls held the lock of the record for too long.
pub(crate) fn waited_for_a_record() -> Error {
    let problem = "earlier calls on the same record did not end in time, so nothing was sent";
    Error::not_sent(ErrorKind::Timeout, problem)
}
