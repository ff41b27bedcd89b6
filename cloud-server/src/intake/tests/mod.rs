//! The intake with a real front, a real broker and MQTT clients acting as edges.

mod front;
mod harness;
mod links;
mod people;
mod projection;
mod snapshots;
