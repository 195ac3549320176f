//! Slow name resolution.

use std::{net::SocketAddr, sync::Mutex};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use vibecode_tests::world::{Dice, World, rules::Delay};

pub(crate) struct SlowNames {
    world: World,
    delay: Delay,
    dice: Mutex<Dice>,
}

impl SlowNames {
    pub(crate) fn new(world: &World, delay: Delay) -> Self {
        Self {
            world: world.clone(),
            delay,
            dice: Mutex::new(world.dice(77)),
        }
    }
}

impl Resolve for SlowNames {
    fn resolve(&self, _name: Name) -> Resolving {
        let (pause, fails) = self
            .dice
            .lock()
            .map(|mut dice| (self.delay.draw(&mut dice), dice.chance(0.1)))
            .unwrap_or_default();
        let fails = fails && self.world.now() < self.world.rules().calm_after;
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            if fails {
                return Err("no such name".into());
            }
            let addresses: Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0))));
            Ok(addresses)
        })
    }
}
