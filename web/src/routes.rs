//! Every way into the server on one screen, each with its policy. Nothing else may add one.

use crate::policy::Object::{Case, Draft, File, Nothing, Task};
use crate::policy::Who::{Anyone, SignedIn, Staff, Supervisor};
use crate::policy::{Policy, Route};
use crate::{act, demo, desk, files, identity, public, statics, watch};

/// Enough for a button and a choice.
const SMALL: usize = 16 * 1024;

/// All routes.
#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        // Everybody
        Route::get ("/",                              Policy::new(Anyone, Nothing),                    public::start::show),
        Route::get ("/s",                             Policy::new(Anyone, Nothing),                    public::search::show),
        Route::get ("/s/{process}",                   Policy::new(Anyone, Nothing),                    public::guide::show),
        Route::get ("/s/{process}/start/{door}",      Policy::new(Anyone, Nothing),                    public::apply::begin::show),
        Route::get ("/s/{process}/check",             Policy::new(Anyone, Nothing),                    public::check::show),
        Route::get ("/s/{process}/checklist/{code}",  Policy::new(Anyone, Nothing),                    public::checklist::show),
        Route::get ("/checklist",                     Policy::new(Anyone, Nothing),                    public::checklist::find),
        Route::get ("/notices",                       Policy::new(Anyone, Nothing),                    public::notices::show),
        Route::get ("/track",                         Policy::new(Anyone, Nothing),                    public::track::show),
        Route::post("/track",                         Policy::new(Anyone, Nothing).body(SMALL),        public::track::send),
        Route::get ("/signin",                        Policy::new(Anyone, Nothing),                    public::sign_in::show),
        Route::get ("/help",                          Policy::new(Anyone, Nothing),                    public::help::show),
        Route::get ("/display",                       Policy::new(Anyone, Nothing),                    public::help::display),
        Route::get ("/accessibility",                 Policy::new(Anyone, Nothing),                    public::help::accessibility),
        Route::get ("/privacy",                       Policy::new(Anyone, Nothing),                    public::help::privacy),
        Route::get ("/signin/phone",                  Policy::new(Anyone, Nothing),                    identity::phone::show),
        Route::post("/signin/phone",                  Policy::new(Anyone, Nothing).body(SMALL),        identity::phone::send),
        Route::get ("/signin/phone/code",             Policy::new(Anyone, Nothing),                    identity::phone::show_code),
        Route::post("/signin/phone/code",             Policy::new(Anyone, Nothing).body(SMALL),        identity::phone::send_code),
        Route::get ("/me/sessions",                   Policy::new(SignedIn, Nothing),                  identity::sessions::show),
        Route::post("/me/sessions",                   Policy::new(SignedIn, Nothing).body(SMALL),      identity::sessions::send),
        Route::get ("/me/proxies",                    Policy::new(SignedIn, Nothing),                  identity::proxies::show),
        Route::post("/me/proxies",                    Policy::new(SignedIn, Nothing).body(SMALL),      identity::proxies::send),
        Route::get ("/signin/oidc",                   Policy::new(Anyone, Nothing),                    identity::oidc::begin),
        Route::get ("/signin/oidc/back",              Policy::new(Anyone, Nothing),                    identity::oidc::back),
        Route::get ("/signin/ticket",                 Policy::new(Anyone, Nothing),                    identity::ticket::begin),
        Route::get ("/signin/ticket/back",            Policy::new(Anyone, Nothing),                    identity::ticket::back),
        Route::get ("/signin/password",               Policy::new(Anyone, Nothing),                    identity::password::show),
        Route::post("/signin/password",               Policy::new(Anyone, Nothing).body(SMALL),        identity::password::send),
        Route::get ("/signin/recovery",               Policy::new(Anyone, Nothing),                    identity::password::show_recovery),
        Route::post("/signin/recovery",               Policy::new(Anyone, Nothing).body(SMALL),        identity::password::send_recovery),
        Route::get ("/signin/enrol",                  Policy::new(Anyone, Nothing),                    identity::enrol::show),
        Route::post("/signin/enrol",                  Policy::new(Anyone, Nothing).body(SMALL),        identity::enrol::send),
        Route::get ("/healthz",                       Policy::new(Anyone, Nothing),                    public::start::health),
        Route::get ("/static/style.css",              Policy::new(Anyone, Nothing),                    statics::style),
        Route::get ("/static/comfort.js",             Policy::new(Anyone, Nothing),                    statics::script),
        Route::get ("/static/icon.svg",               Policy::new(Anyone, Nothing),                    statics::icon),
        Route::post("/signout",                       Policy::new(SignedIn, Nothing).body(SMALL),      public::sign_in::leave),
        // Applicants, and staff who fill in for them
        Route::get ("/me",                            Policy::new(SignedIn, Nothing),                  public::mine::show),
        Route::post("/s/{process}/start/{door}",      Policy::new(SignedIn, Nothing).body(SMALL),      public::apply::begin::send),
        Route::get ("/apply/{draft}",                 Policy::new(SignedIn, Draft),                    public::apply::hub::show),
        Route::get ("/apply/{draft}/drop",            Policy::new(SignedIn, Draft),                    public::apply::hub::ask),
        Route::post("/apply/{draft}/drop",            Policy::new(SignedIn, Draft).body(SMALL),        public::apply::hub::drop),
        Route::get ("/apply/{draft}/code",            Policy::new(SignedIn, Draft),                    public::apply::code::show),
        Route::post("/apply/{draft}/code",            Policy::new(SignedIn, Draft).body(SMALL),        public::apply::code::send),
        Route::get ("/resume",                        Policy::new(SignedIn, Nothing),                  public::resume::show),
        Route::post("/resume",                        Policy::new(SignedIn, Nothing).body(SMALL),      public::resume::send),
        Route::get ("/apply/{draft}/q/{page}",        Policy::new(SignedIn, Draft),                    public::apply::question::show),
        Route::post("/apply/{draft}/q/{page}",        Policy::new(SignedIn, Draft).files(),            public::apply::question::send),
        Route::get ("/apply/{draft}/review",          Policy::new(SignedIn, Draft),                    public::apply::review::show),
        Route::get ("/apply/{draft}/declare",         Policy::new(SignedIn, Draft),                    public::apply::declare::show),
        Route::post("/apply/{draft}/declare",         Policy::new(SignedIn, Draft).body(SMALL),        public::apply::declare::send),
        Route::get ("/s/{process}/all/{door}",        Policy::new(SignedIn, Nothing),                  public::apply::dense::show),
        Route::post("/s/{process}/all/{door}",        Policy::new(SignedIn, Nothing).files(),          public::apply::dense::send),
        Route::get ("/c/{case}",                      Policy::new(SignedIn, Case),                     public::case::show),
        Route::get ("/c/{case}/live",                 Policy::new(SignedIn, Case),                     public::live::show),
        Route::get ("/c/{case}/why/{clock}",          Policy::new(SignedIn, Case),                     public::why::show),
        Route::get ("/c/{case}/do/{action}",          Policy::new(SignedIn, Case),                     act::show),
        Route::post("/c/{case}/do/{action}",          Policy::new(SignedIn, Case).files(),             act::send),
        Route::post("/c/{case}/extend/{clock}",       Policy::new(SignedIn, Case).body(SMALL),         act::extend),
        Route::get ("/c/{case}/complain",             Policy::new(SignedIn, Case),                     public::voice::complain),
        Route::post("/c/{case}/complain",             Policy::new(SignedIn, Case).body(SMALL),         public::voice::send_complaint),
        Route::get ("/c/{case}/rate",                 Policy::new(SignedIn, Case),                     public::voice::rate),
        Route::post("/c/{case}/rate",                 Policy::new(SignedIn, Case).body(SMALL),         public::voice::send_rating),
        Route::get ("/c/{case}/t/{task}",             Policy::new(SignedIn, Task),                     desk::task::show),
        Route::post("/c/{case}/t/{task}",             Policy::new(SignedIn, Task).files(),             desk::task::send),
        // Files, by who may see them; the last one only with a signature
        Route::get ("/files/{file}/{part}",           Policy::new(SignedIn, File),                     files::serve::own),
        Route::get ("/c/{case}/files/{file}/{part}",  Policy::new(SignedIn, Case),                     files::serve::of_case),
        Route::get ("/f/{file}/{part}",               Policy::new(SignedIn, Nothing),                  files::serve::bytes),
        // Clerks
        Route::get ("/desk",                          Policy::new(Staff, Nothing),                     desk::tasks::show),
        Route::get ("/desk/t/{case}/{task}",          Policy::new(Staff, Task),                        desk::task::show),
        Route::post("/desk/t/{case}/{task}",          Policy::new(Staff, Task).files(),                desk::task::send),
        Route::post("/desk/t/{case}/{task}/claim",    Policy::new(Staff, Task).body(SMALL),            desk::task::claim),
        Route::post("/desk/t/{case}/{task}/release",  Policy::new(Staff, Task).body(SMALL),            desk::task::release),
        Route::post("/desk/t/{case}/{task}/recuse",   Policy::new(Staff, Task).body(SMALL),            desk::task::recuse),
        Route::get ("/c/{case}/reveal/{place}",       Policy::new(Staff, Case),                        desk::reveal::show),
        Route::post("/c/{case}/reveal/{place}",       Policy::new(Staff, Case).body(SMALL),            desk::reveal::send),
        // Supervisors
        Route::get ("/watch",                         Policy::new(Supervisor, Nothing),                watch::overview::show),
        Route::get ("/watch/voices",                  Policy::new(Supervisor, Nothing),                watch::voices::show),
        Route::post("/watch/voices/{voice}",          Policy::new(Supervisor, Nothing).body(SMALL),    watch::voices::answer),
        // The demonstration
        Route::post("/demo/signin",                   Policy::new(Anyone, Nothing).demo().body(SMALL), demo::enter::send),
        Route::get ("/demo/mail",                     Policy::new(Anyone, Nothing).demo(),             demo::mail::show),
        Route::get ("/demo/clock",                    Policy::new(Anyone, Nothing).demo(),             demo::clock::show),
        Route::post("/demo/clock",                    Policy::new(Anyone, Nothing).demo().body(SMALL), demo::clock::turn),
    ]
}
