%% A client and a server of Erlang/OTP's ssl, with the command line that README.md describes.
-module(tls_peer).
-export([main/0]).

main() ->
    {ok, _} = application:ensure_all_started(ssl),
    % what fails is said in our own words
    logger:set_primary_config(level, none),
    Status =
        try run(init:get_plain_arguments())
        catch _:Reason -> said_failed(Reason)
        end,
    halt(Status).

run(["suites"]) ->
    [io:format("~s~n", [ssl:suite_to_str(Suite)]) || Suite <- all_suites()],
    0;
run(["client" | Arguments]) ->
    Options = options(Arguments),
    Count = case option("--resume", Options, "none") of "none" -> 1; _ -> 2 end,
    ask(Options, [{reuse_sessions, save}], Count);
run(["server" | Arguments]) ->
    Options = options(Arguments),
    Port = list_to_integer(option("--port", Options, "0")),
    Own = [{reuseaddr, true}, {ip, {127, 0, 0, 1}} | server_options(Options)],
    {ok, Listener} = ssl:listen(Port, Own),
    {ok, {_, Chosen}} = ssl:sockname(Listener),
    io:format("listening ~b~n", [Chosen]),
    serve(Listener, Options);
run(_) ->
    {ok, Version} = application:get_key(ssl, vsn),
    io:format("Erlang/OTP ~s ssl ~s~n", [erlang:system_info(otp_release), Version]),
    0.

options([Name, Value | Rest]) -> (options(Rest))#{Name => Value};
options([]) -> #{}.

option(Name, Options, Otherwise) -> maps:get(Name, Options, Otherwise).

all_suites() -> ssl:cipher_suites(all, 'tlsv1.2') ++ ssl:cipher_suites(anonymous, 'tlsv1.2').

%% Each option that is given, in the words of ssl.
common(Options) ->
    Given = maps:fold(fun(Name, Value, All) -> translated(Name, Value) ++ All end, [], Options),
    Suites = [{ciphers, all_suites()} || not maps:is_key("--suites", Options)],
    [binary, {active, false}, {versions, ['tlsv1.2']}, {keep_secrets, true}] ++ Suites ++ Given.

translated("--ca", File) -> [{cacertfile, File}];
translated("--cert", File) -> [{certfile, File}];
translated("--key", File) -> [{keyfile, File}];
translated("--suites", Names) -> [{ciphers, [ssl:str_to_suite(Name) || Name <- string:lexemes(Names, ",")]}];
translated("--psk", Hex) -> [{user_lookup_fun, {fun(psk, _Identity, Key) -> {ok, Key} end, binary:decode_hex(list_to_binary(Hex))}}];
translated("--psk-identity", Name) -> [{psk_identity, Name}];
translated(_, _) -> [].

protocols(Options) -> [list_to_binary(Name) || Name <- string:lexemes(option("--alpn", Options, ""), ",")].

client_options(Options) ->
    Name = option("--name", Options, "localhost"),
    Protocols = protocols(Options),
    [{verify, verify_peer}, {server_name_indication, Name}] ++
        [{alpn_advertised_protocols, Protocols} || Protocols =/= []] ++ common(Options).

server_options(Options) ->
    Wish = option("--client-auth", Options, "none"),
    Protocols = protocols(Options),
    [{verify, case Wish of "none" -> verify_none; _ -> verify_peer end}, {fail_if_no_peer_cert, Wish =:= "require"},
     {reuse_sessions, option("--resume", Options, "none") =:= "id"}] ++
        [{alpn_preferred_protocols, Protocols} || Protocols =/= []] ++ common(Options).

ask(_Options, _Session, 0) -> 0;
ask(Options, Session, Left) ->
    Port = list_to_integer(option("--port", Options, "0")),
    case ssl:connect({127, 0, 0, 1}, Port, Session ++ client_options(Options), 10000) of
        {ok, Socket} ->
            {ok, [{session_id, Id}, {session_data, Data}]} = ssl:connection_information(Socket, [session_id, session_data]),
            established(Socket, Options),
            [ok = ssl:renegotiate(Socket) || maps:is_key("--renegotiate", Options)],
            ok = ssl:send(Socket, <<"GET / HTTP/1.0\r\n\r\n">>),
            io:format("~s~n", [until_closed(Socket, <<>>)]),
            ssl:close(Socket),
            ended(Socket),
            ask(Options, [{reuse_session, {Id, Data}}], Left - 1);
        {error, Reason} -> said_failed(Reason)
    end.

%% ssl answers close_notify in a process of its own, which the end of the program would cut short.
ended({sslsocket, _, [Connection | _]}) ->
    Watch = monitor(process, Connection),
    receive {'DOWN', Watch, _, _, _} -> ok after 2000 -> ok end.

%% Told by messages: ssl:recv/3 can wait in vain where close_notify follows the answer at once.
until_closed(Socket, Answer) ->
    ok = ssl:setopts(Socket, [{active, once}]),
    receive
        {ssl, Socket, Data} -> until_closed(Socket, <<Answer/binary, Data/binary>>);
        {ssl_closed, Socket} -> Answer
    after 10000 -> error(timeout)
    end.

serve(Listener, Options) ->
    {ok, Transport} = ssl:transport_accept(Listener),
    case ssl:handshake(Transport, 10000) of
        {ok, Socket} ->
            established(Socket, Options),
            try answer(Socket, <<>>) catch _:Reason -> said_failed(Reason) end;
        {error, Reason} -> said_failed(Reason)
    end,
    serve(Listener, Options).

answer(Socket, Request) ->
    case binary:match(Request, <<"\r\n\r\n">>) of
        nomatch ->
            {ok, Data} = ssl:recv(Socket, 0, 10000),
            answer(Socket, <<Request/binary, Data/binary>>);
        _ ->
            ok = ssl:send(Socket, <<"HTTP/1.0 200 OK\r\nContent-Length: 16\r\n\r\nanswer of a peer">>),
            % close_notify both ways, then whatever is still under way, so that the connection is not reset
            case ssl:close(Socket, {self(), 2000}) of
                {ok, Plain} -> gen_tcp:shutdown(Plain, write), gen_tcp:recv(Plain, 0, 2000), gen_tcp:close(Plain);
                _ -> ok
            end
    end.

established(Socket, Options) ->
    {ok, Known} = ssl:connection_information(Socket, [selected_cipher_suite, session_id, keylog]),
    Protocol = case ssl:negotiated_protocol(Socket) of {ok, Name} -> Name; _ -> <<"-">> end,
    % before TLS 1.3 ssl does not say whether a session was resumed: one whose id was there before was
    Id = proplists:get_value(session_id, Known),
    Resumed = case put(Id, seen) of seen when Id =/= <<>> -> 1; _ -> 0 end,
    Suite = ssl:suite_to_str(proplists:get_value(selected_cipher_suite, Known)),
    io:format("established ~s resumed=~b alpn=~s~n", [Suite, Resumed, Protocol]),
    Lines = [[Line, "\n"] || Line <- proplists:get_value(keylog, Known, [])],
    [ok = file:write_file(File, Lines, [append]) || {ok, File} <- [maps:find("--keylog", Options)]].

said_failed(Reason) ->
    io:format("failed: ~0P~n", [Reason, 20]),
    1.
