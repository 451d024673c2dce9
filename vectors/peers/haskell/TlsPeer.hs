{-# LANGUAGE OverloadedStrings #-}
-- RC4 is in the longest list of suites, which is the one that is wanted here
{-# OPTIONS_GHC -Wno-deprecations #-}
-- | A client and a server of Haskell's tls, with the command line that README.md describes.
module Main (main) where

import Control.Exception (SomeException, try)
import Control.Monad (forever, unless, void, when)
import qualified Data.ByteString as B
import qualified Data.ByteString.Char8 as C
import Data.Default.Class (def)
import Data.IORef
import Data.Maybe (fromMaybe)
import Data.X509 (CertificateChain (..))
import qualified Data.X509 as X509
import Data.X509.CertificateStore (CertificateStore, readCertificateStore)
import Data.X509.Validation (ValidationChecks (..), defaultChecks, defaultHooks, validate)
import Network.Socket
import Network.Socket.ByteString (recv)
import Network.TLS
import Network.TLS.Extra.Cipher (ciphersuite_all)
import Network.TLS.Extra.FFDHE (ffdhe2048)
import System.Environment (getArgs)
import System.Exit (exitFailure)
import System.IO
import System.Timeout (timeout)
import Text.Printf (printf)

type Options = [(String, String)]

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  arguments <- getArgs
  case arguments of
    "suites" : _ -> mapM_ (printf "%04x\n" . cipherID) suites
    "client" : rest -> client (pairs rest)
    "server" : rest -> server (pairs rest)
    _ -> putStrLn "Haskell tls 1.5.8"

pairs :: [String] -> Options
pairs (name : value : rest) = (name, value) : pairs rest
pairs _ = []

option :: String -> String -> Options -> String
option name otherwise' = fromMaybe otherwise' . lookup name

-- | Those of TLS 1.3 are not for TLS 1.2.
suites :: [Cipher]
suites = filter ((/= 0x13) . (`div` 256) . cipherID) ciphersuite_all

commas :: String -> [String]
commas "" = []
commas text = let (one, rest) = break (== ',') text in one : commas (drop 1 rest)

supported :: Options -> Supported
supported options =
  def
    { supportedVersions = [TLS12]
    , supportedCiphers = maybe suites (chosen . commas) (lookup "--suites" options)
    , supportedExtendedMasterSec = if option "--ems" "on" options == "off" then NoEMS else AllowEMS
    , supportedGroups = [X25519, P256, P384, P521, X448, FFDHE2048, FFDHE3072, FFDHE4096]
    }
  where
    chosen codes = [one | one <- suites, printf "%04x" (cipherID one) `elem` codes]

store :: Options -> IO CertificateStore
store = fmap (fromMaybe mempty) . readCertificateStore . option "--ca" ""

identity :: Options -> IO (Maybe Credential)
identity options = case (lookup "--cert" options, lookup "--key" options) of
  (Just cert, Just key) -> either error Just <$> credentialLoadX509 cert key
  _ -> pure Nothing

-- | Sessions by id; one is found by its master secret to be resumed.
type Sessions = IORef [(SessionID, SessionData)]

manager :: Options -> Sessions -> SessionManager
manager options sessions
  | option "--resume" "none" options == "none" = noSessionManager
  | otherwise =
      noSessionManager
        { sessionResume = \session -> lookup session <$> readIORef sessions
        , sessionEstablish = \session known -> modifyIORef sessions ((session, known) :)
        , sessionInvalidate = \session -> modifyIORef sessions (filter ((/= session) . fst))
        }

client :: Options -> IO ()
client options = do
  authorities <- store options
  own <- identity options
  sessions <- newIORef []
  let once = do
        known <- readIORef sessions
        ask options (parameters authorities own sessions known) known
  once
  unless (option "--resume" "none" options == "none") once
  where
    parameters authorities own sessions known =
      (defaultParamsClient (option "--name" "localhost" options) "")
        { clientSupported = supported options
        , clientShared = def {sharedCAStore = authorities, sharedSessionManager = manager options sessions}
        , clientHooks = def {onCertificateRequest = const (pure own), onSuggestALPN = pure (protocols options)}
        , clientWantSessionResume = if null known then Nothing else Just (head known)
        }

protocols :: Options -> Maybe [B.ByteString]
protocols = fmap (map C.pack . commas) . lookup "--alpn"

ask :: Options -> ClientParams -> [(SessionID, SessionData)] -> IO ()
ask options parameters known = do
  plain <- socket AF_INET Stream defaultProtocol
  setSocketOption plain NoDelay 1
  connect plain (SockAddrInet (read (option "--port" "0" options)) (tupleToHostAddress (127, 0, 0, 1)))
  outcome <- try $ do
    context <- contextNew plain parameters
    handshake context
    established options context known
    sendData context "GET / HTTP/1.0\r\n\r\n"
    untilClosed context >>= C.putStrLn
    bye context
  close plain
  either (\problem -> failed problem >> exitFailure) pure outcome
  where
    untilClosed context = do
      piece <- recvData context
      if B.null piece then pure "" else (piece <>) <$> untilClosed context

failed :: SomeException -> IO ()
failed = putStrLn . ("failed: " ++) . takeWhile (/= '\n') . show

established :: Options -> Context -> [(SessionID, SessionData)] -> IO ()
established options context known = do
  information <- contextGetInformation context
  protocol <- getNegotiatedProtocol context
  case information of
    Just Information {infoCipher = suite, infoMasterSecret = Just master, infoClientRandom = Just random} -> do
      let resumed = fromEnum (master `elem` map (sessionSecret . snd) known)
      printf "established %04x resumed=%d alpn=%s\n" (cipherID suite) resumed (maybe "-" C.unpack protocol)
      let line = "CLIENT_RANDOM " ++ hex (unClientRandom random) ++ " " ++ hex master ++ "\n"
      mapM_ (`appendFile` line) (lookup "--keylog" options)
    _ -> putStrLn "established ? resumed=0 alpn=-"
  where
    hex = concatMap (printf "%02x") . B.unpack

server :: Options -> IO ()
server options = do
  authorities <- store options
  own <- identity options
  sessions <- newIORef []
  listener <- socket AF_INET Stream defaultProtocol
  setSocketOption listener ReuseAddr 1
  bind listener (SockAddrInet (read (option "--port" "0" options)) (tupleToHostAddress (127, 0, 0, 1)))
  listen listener 8
  port <- socketPort listener
  putStrLn ("listening " ++ show port)
  forever $ do
    (plain, _) <- accept listener
    known <- readIORef sessions
    outcome <- try (answer options (parameters authorities own sessions) known plain) 
    either failed pure outcome
    drain plain
  where
    parameters authorities own sessions =
      def
        { serverWantClientCert = option "--client-auth" "none" options /= "none"
        , serverSupported = supported options
        , serverDHEParams = Just ffdhe2048
        , serverShared =
            def
              { sharedCredentials = Credentials (maybe [] pure own)
              , sharedSessionManager = manager options sessions
              }
        , serverHooks =
            def
              { onClientCertificate = judge authorities
              , onALPNClientSuggest = choose <$> protocols options
              }
        }
    choose wanted offered = pure (head ([one | one <- wanted, one `elem` offered] ++ [""]))
    judge _ (CertificateChain [])
      | option "--client-auth" "none" options == "require" = pure (CertificateUsageReject CertificateRejectAbsent)
      | otherwise = pure CertificateUsageAccept
    judge authorities chain = do
      let checks = defaultChecks {checkFQHN = False}
      problems <- validate X509.HashSHA256 defaultHooks checks authorities def ("", "") chain
      pure (if null problems then CertificateUsageAccept else CertificateUsageReject CertificateRejectUnknownCA)

answer :: Options -> ServerParams -> [(SessionID, SessionData)] -> Socket -> IO ()
answer options parameters known plain = do
  context <- contextNew plain parameters
  handshake context
  established options context known
  request context ""
  sendData context "HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer"
  bye context
  where
    request context before = unless ("\r\n\r\n" `B.isSuffixOf` before) $ do
      piece <- recvData context
      when (B.null piece) (ioError (userError "closed before it asked"))
      request context (before <> piece)

-- | Whatever is still under way, so that the connection is not reset.
drain :: Socket -> IO ()
drain plain = void (try (shutdown plain ShutdownSend >> timeout 2000000 rest) :: IO (Either SomeException (Maybe ()))) >> close plain
  where
    rest = recv plain 4096 >>= \piece -> unless (B.null piece) rest
