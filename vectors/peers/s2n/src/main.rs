//! A client and a server of s2n-tls by way of its C interface, with the command line that README.md describes.
//! What it offers is one of its own lists, so that `--suites` says nothing to it.
use s2n_tls_sys::*;
use std::collections::HashMap;
use std::error::Error;
use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::Mutex;
use std::{fs, ptr, slice};

type Options = HashMap<String, String>;
type Outcome<T> = Result<T, Box<dyn Error>>;

const POLICY: &CStr = c"test_all_tls12";
const DH_GROUP: &str = include_str!("../../../dh/ffdhe2048.pem");
const SUITES: &str = "009c 009d 009e 009f 002f 0035 003c 003d 0033 0039 0067 006b 000a 0016 c009 c00a c012 c013 c014 c023 \
    c024 c027 c028 c02b c02c c02f c030 cca8 cca9 ccaa";

/// Sessions that a server keeps, as it was asked to keep them.
static SESSIONS: Mutex<Vec<(Vec<u8>, Vec<u8>)>> = Mutex::new(Vec::new());

fn main() {
    let mut arguments = std::env::args().skip(1);
    let role = arguments.next().unwrap_or("version".into());
    let mut options = Options::new();
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        options.insert(name, value);
    }
    // it would lock its memory, for which containers have no right
    std::env::set_var("S2N_DONT_MLOCK", "1");
    let outcome = match role.as_str() {
        "client" => client(&options),
        "server" => server(&options),
        "suites" => Ok(println!("{SUITES}")),
        _ => Ok(println!("s2n-tls of crate 0.3.47 with AWS-LC")),
    };
    if let Err(error) = outcome {
        println!("failed: {error}");
        std::process::exit(1);
    }
}

fn check(code: c_int) -> Outcome<c_int> {
    if code >= 0 {
        return Ok(code);
    }
    let text = unsafe { CStr::from_ptr(s2n_strerror(*s2n_errno_location(), c"EN".as_ptr())) };
    Err(text.to_string_lossy().into())
}

fn text(path: &str) -> Outcome<CString> {
    Ok(CString::new(fs::read(path)?)?)
}

fn resume(options: &Options) -> &str {
    options.get("--resume").map_or("none", String::as_str)
}

unsafe extern "C" fn log_line(path: *mut c_void, _: *mut s2n_connection, line: *mut u8, length: usize) -> c_int {
    let path = &*(path as *const String);
    let line = String::from_utf8_lossy(slice::from_raw_parts(line, length));
    let file = fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| writeln!(file, "{line}")).map_or(-1, |()| 0)
}

unsafe extern "C" fn keep(
    _: *mut s2n_connection, _: *mut c_void, _: u64, key: *const c_void, key_size: u64, value: *const c_void, value_size: u64,
) -> c_int {
    let key = slice::from_raw_parts(key as *const u8, key_size as usize).to_vec();
    let value = slice::from_raw_parts(value as *const u8, value_size as usize).to_vec();
    SESSIONS.lock().map_or(-1, |mut sessions| (sessions.push((key, value)), 0).1)
}

unsafe extern "C" fn find(
    _: *mut s2n_connection, _: *mut c_void, key: *const c_void, key_size: u64, value: *mut c_void, value_size: *mut u64,
) -> c_int {
    let key = slice::from_raw_parts(key as *const u8, key_size as usize);
    let Ok(sessions) = SESSIONS.lock() else { return -1 };
    let Some((_, kept)) = sessions.iter().find(|(one, _)| one == key) else { return -1 };
    if kept.len() as u64 > *value_size {
        return -1;
    }
    ptr::copy_nonoverlapping(kept.as_ptr(), value as *mut u8, kept.len());
    *value_size = kept.len() as u64;
    0
}

unsafe extern "C" fn forget(_: *mut s2n_connection, _: *mut c_void, key: *const c_void, key_size: u64) -> c_int {
    let key = slice::from_raw_parts(key as *const u8, key_size as usize);
    SESSIONS.lock().map_or(-1, |mut sessions| (sessions.retain(|(one, _)| one != key), 0).1)
}

unsafe fn configuration(options: &Options) -> Outcome<*mut s2n_config> {
    let config = s2n_config_new_minimal();
    check(s2n_config_set_cipher_preferences(config, POLICY.as_ptr()))?;
    if let Some(path) = options.get("--ca") {
        check(s2n_config_add_pem_to_trust_store(config, text(path)?.as_ptr()))?;
    }
    if let (Some(cert), Some(key)) = (options.get("--cert"), options.get("--key")) {
        check(s2n_config_add_cert_chain_and_key(config, text(cert)?.as_ptr(), text(key)?.as_ptr()))?;
    }
    for name in options.get("--alpn").map_or("", String::as_str).split(',').filter(|name| !name.is_empty()) {
        check(s2n_config_append_protocol_preference(config, name.as_ptr(), name.len() as u8))?;
    }
    if let Some(path) = options.get("--keylog") {
        let path = Box::leak(Box::new(path.clone()));
        check(s2n_config_set_key_log_cb(config, Some(log_line), path as *mut String as *mut c_void))?;
    }
    check(s2n_config_set_session_tickets_onoff(config, (resume(options) == "ticket") as u8))?;
    Ok(config)
}

unsafe fn server_configuration(options: &Options) -> Outcome<*mut s2n_config> {
    let config = configuration(options)?;
    let wish = match options.get("--client-auth").map_or("none", String::as_str) {
        "require" => s2n_cert_auth_type::REQUIRED,
        "request" => s2n_cert_auth_type::OPTIONAL,
        _ => s2n_cert_auth_type::NONE,
    };
    check(s2n_config_set_client_auth_type(config, wish))?;
    // whoever shows a certificate of an authority that is trusted is a client, whatever its name
    unsafe extern "C" fn anyone(_: *const c_char, _: usize, _: *mut c_void) -> u8 { 1 }
    check(s2n_config_set_verify_host_callback(config, Some(anyone), ptr::null_mut()))?;
    check(s2n_config_add_dhparams(config, CString::new(DH_GROUP)?.as_ptr()))?;
    if resume(options) == "id" {
        check(s2n_config_set_cache_store_callback(config, Some(keep), ptr::null_mut()))?;
        check(s2n_config_set_cache_retrieve_callback(config, Some(find), ptr::null_mut()))?;
        check(s2n_config_set_cache_delete_callback(config, Some(forget), ptr::null_mut()))?;
        check(s2n_config_set_session_cache_onoff(config, 1))?;
    }
    if resume(options) != "none" {
        let mut key = [0; 32];
        fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
        // what it caches it encrypts under this key too, which it takes only once it is to cache
        check(s2n_config_add_ticket_crypto_key(config, b"peer".as_ptr(), 4, key.as_mut_ptr(), 32, 0))?;
    }
    Ok(config)
}

struct Connection {
    raw: *mut s2n_connection,
    socket: TcpStream,
}

impl Connection {
    unsafe fn new(mode: s2n_mode::Type, config: *mut s2n_config, socket: TcpStream) -> Outcome<Self> {
        let raw = s2n_connection_new(mode);
        check(s2n_connection_set_config(raw, config))?;
        check(s2n_connection_set_fd(raw, socket.as_raw_fd()))?;
        // it would sleep half a minute after each error
        check(s2n_connection_set_blinding(raw, s2n_blinding::SELF_SERVICE_BLINDING))?;
        Ok(Self { raw, socket })
    }

    unsafe fn handshake(&self) -> Outcome<()> {
        let mut blocked = s2n_blocked_status::NOT_BLOCKED;
        check(s2n_negotiate(self.raw, &mut blocked))?;
        let (mut high, mut low) = (0, 0);
        check(s2n_connection_get_cipher_iana_value(self.raw, &mut high, &mut low))?;
        let protocol = s2n_get_application_protocol(self.raw);
        let protocol = if protocol.is_null() { c"-" } else { CStr::from_ptr(protocol) };
        let resumed = s2n_connection_is_session_resumed(self.raw);
        println!("established {high:02x}{low:02x} resumed={resumed} alpn={}", protocol.to_string_lossy());
        Ok(())
    }

    unsafe fn send(&self, data: &[u8]) -> Outcome<()> {
        let mut blocked = s2n_blocked_status::NOT_BLOCKED;
        let count = s2n_send(self.raw, data.as_ptr() as *const c_void, data.len() as isize, &mut blocked);
        check(count as c_int).map(|_| ())
    }

    /// Nothing once the other end has closed.
    unsafe fn receive(&self) -> Outcome<Vec<u8>> {
        let (mut blocked, mut data) = (s2n_blocked_status::NOT_BLOCKED, vec![0; 4096]);
        let count = s2n_recv(self.raw, data.as_mut_ptr() as *mut c_void, data.len() as isize, &mut blocked);
        data.truncate(check(count as c_int)? as usize);
        Ok(data)
    }

    unsafe fn session(&self) -> Outcome<Vec<u8>> {
        let mut session = vec![0; check(s2n_connection_get_session_length(self.raw))? as usize];
        check(s2n_connection_get_session(self.raw, session.as_mut_ptr(), session.len()))?;
        Ok(session)
    }

    /// close_notify, and whatever the other end still sends, so that nothing is lost to a reset.
    unsafe fn close(mut self) {
        let mut blocked = s2n_blocked_status::NOT_BLOCKED;
        s2n_shutdown(self.raw, &mut blocked);
        let _ = self.socket.shutdown(Shutdown::Write);
        let _ = self.socket.read_to_end(&mut Vec::new());
        s2n_connection_free(self.raw);
    }
}

fn client(options: &Options) -> Outcome<()> {
    unsafe {
        check(s2n_init())?;
        let config = configuration(options)?;
        let name = CString::new(options.get("--name").map_or("localhost", String::as_str))?;
        let mut session = Vec::new();
        for _ in 0..if resume(options) == "none" { 1 } else { 2 } {
            let socket = TcpStream::connect(format!("127.0.0.1:{}", options["--port"]))?;
            let connection = Connection::new(s2n_mode::CLIENT, config, socket)?;
            check(s2n_set_server_name(connection.raw, name.as_ptr()))?;
            if options.contains_key("--cert") {
                check(s2n_connection_set_client_auth_type(connection.raw, s2n_cert_auth_type::OPTIONAL))?;
            }
            if !session.is_empty() {
                check(s2n_connection_set_session(connection.raw, session.as_ptr(), session.len()))?;
            }
            let outcome = ask(&connection);
            session = connection.session()?;
            connection.close();
            outcome?;
        }
        Ok(())
    }
}

unsafe fn ask(connection: &Connection) -> Outcome<()> {
    connection.handshake()?;
    connection.send(b"GET / HTTP/1.0\r\n\r\n")?;
    loop {
        let piece = connection.receive()?;
        if piece.is_empty() {
            return Ok(());
        }
        println!("{}", String::from_utf8_lossy(&piece));
    }
}

fn server(options: &Options) -> Outcome<()> {
    unsafe {
        check(s2n_init())?;
        let config = server_configuration(options)?;
        let port = options.get("--port").map_or("0", String::as_str);
        let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
        println!("listening {}", listener.local_addr()?.port());
        for socket in listener.incoming() {
            let connection = Connection::new(s2n_mode::SERVER, config, socket?)?;
            if let Err(error) = answer(&connection) {
                println!("failed: {error}");
            }
            connection.close();
        }
        Ok(())
    }
}

unsafe fn answer(connection: &Connection) -> Outcome<()> {
    connection.handshake()?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match connection.receive()?.as_slice() {
            [] => return Err("closed before it asked".into()),
            piece => request.extend_from_slice(piece),
        }
    }
    connection.send(b"HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer")
}
