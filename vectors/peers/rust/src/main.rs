//! A client and a server of rustls, with the command line that README.md describes.
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, Tls12Resumption};
use rustls::crypto::{ring, CryptoProvider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, WebPkiClientVerifier};
use rustls::{version::TLS12, ClientConfig, ClientConnection, ConnectionCommon, HandshakeKind};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use rustls::{KeyLogFile, RootCertStore, ServerConfig, ServerConnection, SideData, Stream};
use std::collections::HashMap;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::ops::DerefMut;
use std::sync::Arc;

type Options = HashMap<String, String>;
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let role = arguments.next().unwrap_or("version".into());
    let mut options = Options::new();
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        options.insert(name, value);
    }
    let outcome = match role.as_str() {
        "client" => client(&options),
        "server" => server(&options),
        "suites" => Ok(for suite in ring::ALL_CIPHER_SUITES {
            println!("{:04x}", u16::from(suite.suite()));
        }),
        _ => Ok(println!("rustls 0.23.23 with ring")),
    };
    if let Err(error) = outcome {
        println!("failed: {error}");
        std::process::exit(1);
    }
}

/// The suites that are asked for, or all that there are.
fn provider(options: &Options) -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    if let Some(wanted) = options.get("--suites") {
        let wanted: Vec<&str> = wanted.split(',').collect();
        provider.cipher_suites.retain(|suite| {
            let name = format!("{:?}", suite.suite());
            wanted.contains(&name.as_str())
        });
    }
    Arc::new(provider)
}

fn roots(options: &Options) -> Outcome<Arc<RootCertStore>> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&options["--ca"])? {
        store.add(certificate?)?;
    }
    Ok(Arc::new(store))
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(options: &Options) -> Outcome<Option<Identity>> {
    let (Some(cert), Some(key)) = (options.get("--cert"), options.get("--key")) else {
        return Ok(None);
    };
    let chain = CertificateDer::pem_file_iter(cert)?.collect::<Result<_, _>>()?;
    Ok(Some((chain, PrivateKeyDer::from_pem_file(key)?)))
}

fn protocols(options: &Options) -> Vec<Vec<u8>> {
    let list = options.get("--alpn").map(|list| list.split(',').map(|one| one.as_bytes().to_vec()).collect());
    list.unwrap_or_default()
}

fn resume(options: &Options) -> &str {
    options.get("--resume").map_or("none", String::as_str)
}

fn client(options: &Options) -> Outcome<()> {
    let builder = ClientConfig::builder_with_provider(provider(options))
        .with_protocol_versions(&[&TLS12])?
        .with_root_certificates(roots(options)?);
    let mut config = match identity(options)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    };
    if options.contains_key("--refuse") {
        config.dangerous().set_certificate_verifier(Arc::new(Refusing(provider(options))));
    }
    config.alpn_protocols = protocols(options);
    config.key_log = Arc::new(KeyLogFile::new());
    // a store for fewer than nine sessions forgets each server at once
    config.resumption = match resume(options) {
        "id" => Resumption::in_memory_sessions(256).tls12_resumption(Tls12Resumption::SessionIdOnly),
        "ticket" => Resumption::in_memory_sessions(256).tls12_resumption(Tls12Resumption::SessionIdOrTickets),
        _ => Resumption::disabled(),
    };
    let config = Arc::new(config);
    let name = options.get("--name").map_or("localhost", String::as_str).to_owned();
    for _ in 0..if resume(options) == "none" { 1 } else { 2 } {
        let connection = ClientConnection::new(config.clone(), ServerName::try_from(name.clone())?)?;
        let socket = TcpStream::connect(format!("127.0.0.1:{}", options["--port"]))?;
        converse(connection, socket, |stream| {
            stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            println!("{answer}");
            Ok(())
        })?;
    }
    Ok(())
}

fn server(options: &Options) -> Outcome<()> {
    let builder = ServerConfig::builder_with_provider(provider(options)).with_protocol_versions(&[&TLS12])?;
    let wish = options.get("--client-auth").map_or("none", String::as_str);
    let verifier = match wish {
        "none" => WebPkiClientVerifier::no_client_auth(),
        _ => {
            let verifier = WebPkiClientVerifier::builder_with_provider(roots(options)?, provider(options));
            if wish == "require" { verifier.build()? } else { verifier.allow_unauthenticated().build()? }
        }
    };
    let (chain, key) = identity(options)?.ok_or("a server needs --cert and --key")?;
    let builder = builder.with_client_cert_verifier(verifier);
    let mut config = match options.get("--staple") {
        Some(file) => builder.with_single_cert_with_ocsp(chain, key, std::fs::read(file)?)?,
        None => builder.with_single_cert(chain, key)?,
    };
    config.alpn_protocols = protocols(options);
    config.key_log = Arc::new(KeyLogFile::new());
    config.session_storage = Arc::new(NoServerSessionStorage {});
    match resume(options) {
        "id" => config.session_storage = ServerSessionMemoryCache::new(16),
        "ticket" => config.ticketer = ring::Ticketer::new()?,
        _ => {}
    }
    let config = Arc::new(config);
    let port = options.get("--port").map_or("0", String::as_str);
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("listening {}", listener.local_addr()?.port());
    for socket in listener.incoming() {
        let outcome = converse(ServerConnection::new(config.clone())?, socket?, |stream| {
            let mut request = Vec::new();
            let mut piece = [0; 1024];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut piece)? {
                    0 => return Err("closed before it asked".into()),
                    count => request.extend_from_slice(&piece[..count]),
                }
            }
            Ok(stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer")?)
        });
        if let Err(error) = outcome {
            println!("failed: {error}");
        }
    }
    Ok(())
}

/// Somebody who has nothing against the certificate itself.
#[derive(Debug)]
struct Refusing(Arc<CryptoProvider>);

impl ServerCertVerifier for Refusing {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

trait Duplex: Read + Write {}
impl<T: Read + Write> Duplex for T {}

/// The handshake, `talk`, close_notify, and whatever the other end still sends, so that nothing is lost to a reset.
fn converse<C, S>(mut connection: C, mut socket: TcpStream, talk: impl Fn(&mut dyn Duplex) -> Outcome<()>) -> Outcome<()>
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
{
    let outcome = handshake(&mut connection, &mut socket)
        .and_then(|()| talk(&mut Stream::new(&mut connection, &mut socket)));
    connection.send_close_notify();
    while connection.wants_write() && connection.write_tls(&mut socket).is_ok() {}
    let _ = socket.shutdown(Shutdown::Write);
    let _ = socket.read_to_end(&mut Vec::new());
    outcome
}

fn handshake<S: SideData>(connection: &mut ConnectionCommon<S>, socket: &mut TcpStream) -> Outcome<()> {
    while connection.is_handshaking() {
        connection.complete_io(socket)?;
    }
    let suite = connection.negotiated_cipher_suite().ok_or("no suite")?.suite();
    let resumed = matches!(connection.handshake_kind(), Some(HandshakeKind::Resumed)) as u8;
    let protocol = String::from_utf8_lossy(connection.alpn_protocol().unwrap_or(b"-"));
    println!("established {suite:?} resumed={resumed} alpn={protocol}");
    Ok(())
}
