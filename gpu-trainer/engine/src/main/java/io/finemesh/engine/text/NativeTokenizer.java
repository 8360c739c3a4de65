package io.finemesh.engine.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * One tokenizer of the Hugging Face tokenizers library, held in native memory; calls are safe from several threads.
 *
 * <p>Calls the Java binding's native methods and not its {@code HuggingFaceTokenizer}: that class reports each start to its makers over the network,
 * fetches attributes nobody asked for, and truncates to 512 tokens by default. The library itself is unpacked from the binding's jar
 * into {@code ~/.djl.ai} (or {@code ENGINE_CACHE_DIR}); it is told not to look for a GPU variant and not to download.
 */
final class NativeTokenizer implements AutoCloseable {
    private static final char SENTENCE_PIECE_SPACE = '\u2581';
    private static final char BYTE_LEVEL_SPACE = '\u0120';

    private final long handle;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private boolean closed;

    private NativeTokenizer(long handle) {
        this.handle = handle;
    }

    static NativeTokenizer of(String json, Path source) {
        Library.load();
        long handle;
        try {
            handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
        } catch (RuntimeException refused) {
            throw new TokenizerException(
                    TokenizerException.Reason.MALFORMED,
                    "tokenizer " + source + " is not accepted by the tokenizers library: " + refused.getMessage(),
                    refused);
        }
        // A file may carry the settings of whoever saved it last; length is decided by the caller.
        TokenizersLibrary.LIB.disableTruncation(handle);
        TokenizersLibrary.LIB.disablePadding(handle);
        return new NativeTokenizer(handle);
    }

    /** Loaded once per process, at the first use. */
    private static final class Library {
        static {
            setIfAbsent("RUST_FLAVOR", "cpu");
            setIfAbsent("ai.djl.offline", "true");
            setIfAbsent("OPT_OUT_TRACKING", "true");
        }

        private static void setIfAbsent(String property, String value) {
            if (System.getProperty(property) == null && System.getenv(property) == null) {
                System.setProperty(property, value);
            }
        }

        static void load() {
            try {
                LibUtils.checkStatus();
            } catch (EngineException | UnsatisfiedLinkError failed) {
                throw new IllegalStateException(
                        "the native tokenizer library cannot be loaded; is this platform one of linux-x86_64, "
                                + "linux-aarch64, osx-aarch64, win-x86_64, and the cache folder writable? "
                                + failed.getMessage(),
                        failed);
            }
        }
    }

    /** Ids of a text. @param withSpecialTokens whether the post-processor adds its own */
    int[] encode(String text, boolean withSpecialTokens) {
        return encoding(text, withSpecialTokens, NativeTokenizer::ids);
    }

    /** Ids of a text. @param starts is given the code point at which each token begins; nothing is added to the text */
    int[] encode(String text, Consumer<int[]> starts) {
        return encoding(text, false, encoding -> {
            starts.accept(Arrays.stream(TokenizersLibrary.LIB.getTokenCharSpans(encoding))
                    .mapToInt(CharSpan::getStart)
                    .toArray());
            return ids(encoding);
        });
    }

    private static int[] ids(long encoding) {
        return Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** Whether a text is given a space at its beginning before it is cut into tokens. */
    boolean addsLeadingSpace() {
        String[] tokens = encoding("a", false, TokenizersLibrary.LIB::getTokens);
        return tokens.length > 0
                && !tokens[0].isEmpty()
                && (tokens[0].charAt(0) == SENTENCE_PIECE_SPACE || tokens[0].charAt(0) == BYTE_LEVEL_SPACE);
    }

    String decode(int[] tokens, boolean skipSpecialTokens) {
        return whileOpen(() -> TokenizersLibrary.LIB.decode(
                handle, Arrays.stream(tokens).asLongStream().toArray(), skipSpecialTokens));
    }

    private <T> T encoding(String text, boolean withSpecialTokens, LongFunction<T> read) {
        return whileOpen(() -> {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, withSpecialTokens);
            try {
                return read.apply(encoding);
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        });
    }

    /** A call on a freed handle would read freed memory, so nobody may close while somebody calls. */
    private <T> T whileOpen(Supplier<T> call) {
        open.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            return call.get();
        } finally {
            open.readLock().unlock();
        }
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                TokenizersLibrary.LIB.deleteTokenizer(handle);
            }
        } finally {
            open.writeLock().unlock();
        }
    }
}
