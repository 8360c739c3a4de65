package io.finemesh.engine.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.engine.data.DatasetException.Reason;
import io.finemesh.engine.text.Conversation;
import io.finemesh.engine.text.Role;
import io.finemesh.engine.text.ToolCall;
import io.finemesh.engine.text.Turn;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Reads a dataset in the normalised form, a conversation per line:
 * {@code {"messages":[{"role":"system|user|assistant|tool","content":"..."}, ...]}}, a question's {@code input} and an assistant's
 * {@code tool_calls} beside the content, and a list of {@code tools} beside the messages, where there are any. Other fields are ignored, so that rows
 * may carry an id. One line is in memory at a time. Line ends may be LF or CRLF, blank lines are skipped, a byte order mark is an error like any
 * other text that is not JSON.
 *
 * <p>All methods throw {@link DatasetException}, naming the line at fault. After an error the reader is at its end.
 */
public final class ConversationReader implements Iterator<Conversation>, AutoCloseable {
    /** Longest line, as a bound on what one row can take of memory. */
    public static final int MAX_LINE_BYTES = 64 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final int maxLineBytes;
    private long line;
    private byte[] upcoming;
    private boolean ended;

    /** Reads from a stream, which the reader closes. */
    public ConversationReader(InputStream in) {
        this(in, MAX_LINE_BYTES);
    }

    ConversationReader(InputStream in, int maxLineBytes) {
        this.in = new BufferedInputStream(in, BUFFER_BYTES);
        this.maxLineBytes = maxLineBytes;
    }

    /** Reads a file. */
    public static ConversationReader open(Path jsonl) {
        try {
            return new ConversationReader(Files.newInputStream(jsonl));
        } catch (IOException unreadable) {
            throw new DatasetException(
                    Reason.UNREADABLE, "cannot read the dataset " + jsonl + ": " + unreadable, unreadable);
        }
    }

    /** Reads files one after the other as if they were one; a file that does not end with a line feed ends its last line all the same. */
    public static ConversationReader open(List<Path> jsonl) {
        return new ConversationReader(new ConsecutiveFiles(jsonl));
    }

    /** Number of the line last read, from 1; 0 before the first. */
    public long line() {
        return line;
    }

    @Override
    public boolean hasNext() {
        while (upcoming == null && !ended) {
            byte[] read = readLine();
            if (read != null && !isBlank(read)) {
                upcoming = read;
            }
        }
        return upcoming != null;
    }

    @Override
    public Conversation next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the dataset ends after line " + line);
        }
        byte[] json = upcoming;
        upcoming = null;
        try {
            return parse(json);
        } catch (DatasetException atFault) {
            ended = true;
            throw atFault;
        }
    }

    @Override
    public void close() {
        ended = true;
        upcoming = null;
        try {
            in.close();
        } catch (IOException failed) {
            throw new DatasetException(Reason.UNREADABLE, "cannot close the dataset: " + failed, failed);
        }
    }

    /** The next line without its end, or null at the end of the file. */
    private byte[] readLine() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int next = in.read();
            if (next < 0) {
                ended = true;
                return null;
            }
            line++;
            for (; next >= 0 && next != '\n'; next = in.read()) {
                if (bytes.size() == maxLineBytes) {
                    ended = true;
                    throw new DatasetException(
                            Reason.LINE_TOO_LONG,
                            line,
                            "longer than " + maxLineBytes + " bytes; a line is one conversation",
                            null);
                }
                bytes.write(next);
            }
            return bytes.toByteArray();
        } catch (IOException failed) {
            ended = true;
            throw new DatasetException(Reason.UNREADABLE, line, "reading failed: " + failed, failed);
        }
    }

    private static boolean isBlank(byte[] text) {
        for (byte b : text) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private Conversation parse(byte[] json) {
        JsonNode root;
        try {
            root = StrictJson.object(json);
        } catch (JsonException refused) {
            boolean notUtf8 = refused.getCause() instanceof CharacterCodingException;
            throw new DatasetException(
                    notUtf8 ? Reason.NOT_UTF8 : Reason.MALFORMED_LINE, line, refused.getMessage(), refused);
        }
        JsonNode messages = root.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw malformed("/messages is " + shown(messages) + "; expected a list of at least one message");
        }
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            turns.add(turn(messages.get(i), "/messages/" + i));
        }
        try {
            return new Conversation(turns, tools(root.path("tools")));
        } catch (IllegalArgumentException impossible) {
            throw malformed(impossible.getMessage());
        }
    }

    private Turn turn(JsonNode message, String pointer) {
        JsonNode role = message.path("role");
        JsonNode content = message.path("content");
        if (!content.isTextual()) {
            throw malformed(pointer + "/content is " + shown(content) + "; expected a string");
        }
        JsonNode input = message.path("input");
        if (!input.isMissingNode() && !input.isTextual()) {
            throw malformed(pointer + "/input is " + shown(input) + "; expected a string");
        }
        return new Turn(
                Role.ofWireName(role.asText())
                        .filter(known -> role.isTextual())
                        .orElseThrow(() -> malformed(
                                pointer + "/role is " + shown(role) + "; expected system, user, assistant or tool")),
                content.textValue(),
                input.isTextual() ? input.textValue() : "",
                calls(message.path("tool_calls"), pointer + "/tool_calls"));
    }

    private List<ToolCall> calls(JsonNode calls, String pointer) {
        if (calls.isMissingNode()) {
            return List.of();
        }
        List<ToolCall> read = new ArrayList<>();
        for (JsonNode call : calls) {
            JsonNode function = call.path("function");
            if (!function.path("name").isTextual()
                    || !function.path("arguments").isObject()) {
                throw malformed(pointer + "/" + read.size() + " is " + shown(call)
                        + "; expected a function with a name and an object of arguments");
            }
            read.add(new ToolCall(
                    function.get("name").textValue(), function.get("arguments").toString()));
        }
        if (read.isEmpty()) {
            throw malformed(pointer + " is " + shown(calls) + "; expected a list of at least one call");
        }
        return read;
    }

    private Optional<String> tools(JsonNode tools) {
        if (tools.isMissingNode()) {
            return Optional.empty();
        }
        if (!tools.isArray() || tools.isEmpty()) {
            throw malformed("/tools is " + shown(tools) + "; expected a list of at least one tool");
        }
        return Optional.of(tools.toString());
    }

    private DatasetException malformed(String problem) {
        return new DatasetException(Reason.MALFORMED_LINE, line, problem, null);
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "missing" : node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
