//! The server without a socket: every route for every kind of visitor, forms that must not be believed, headers, and
//! what of a case leaves the server for whom.

mod applying;
mod expired;
mod files;
mod guides;
mod hostile;
mod names;
mod pages;
mod phone;
mod policies;
mod principals;
mod reads;
mod staff;
mod swaps;
mod ticket;
mod track;
mod voices;
mod weight;
mod world;
