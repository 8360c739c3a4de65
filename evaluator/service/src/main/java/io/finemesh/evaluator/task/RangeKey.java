package io.finemesh.evaluator.task;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finemesh.contract.evaluation.EvaluationSettings;
import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.id.BlobDigest;
import io.finemesh.score.harness.SampleHash;
import io.finemesh.score.mtbench.Question;
import io.finemesh.score.task.Example;
import io.finemesh.score.task.Prompt;
import io.finemesh.score.task.Request;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What is asked of whom, as a digest: the weights, the tokenizer, every prompt with its place, and the settings that answers depend on. How much is computed at once is no part of it, since answers do not depend on it
 * beyond rounding; neither is who asks, so that nothing is computed twice for two who ask the same.
 */
public final class RangeKey {
    private RangeKey() {}

    /**
     * The key of questions {@code from} to {@code to}, without the last.
     *
     * @param weightsDigest digest of the weights
     * @param tokenizerDigest digest of the tokenizer's file
     */
    public static BlobDigest of(
            String weightsDigest,
            String tokenizerDigest,
            EvaluationSettings settings,
            Measurement measurement,
            int from,
            int to) {
        MessageDigest digest = sha256();
        add(
                digest,
                "finemesh range 1",
                weightsDigest,
                tokenizerDigest,
                settings.precision().name(),
                Integer.toString(from));
        settings.remote().ifPresent(remote -> add(digest, "remote", remote.url(), remote.model()));
        switch (measurement) {
            case Measurement.Questions questions -> {
                add(digest, "questions", questions.chat() ? settings.template().name() : "text");
                add(digest, Integer.toString(questions.longest()));
                for (Example example : questions.examples().subList(from, to)) {
                    add(digest, asked(example));
                    if (!questions.conversations().isEmpty()) {
                        add(digest, questions.conversations().get(example.id()).toString());
                    }
                }
            }
            case Measurement.Losses losses -> {
                add(
                        digest,
                        "losses",
                        settings.template().name(),
                        Integer.toString(settings.cutoffTokens()),
                        settings.longSamples().map(Enum::name).orElse(""));
                losses.conversations().subList(from, to).forEach(one -> add(digest, one.toString()));
            }
            case Measurement.Open open -> {
                add(digest, "open", settings.template().name(), Integer.toString(open.longest()));
                add(
                        digest,
                        open.judge().name(),
                        open.judge().remote().map(RemoteModel::url).orElse(""));
                open.opponent()
                        .ifPresent(other -> add(digest, "against", other.weightsDigest(), other.tokenizerDigest()));
                add(digest, open.judge().prompts().blob().digest().value());
                open.judge()
                        .recorded()
                        .ifPresent(made -> add(
                                digest,
                                "recorded",
                                made.judgments().blob().digest().value()));
                open.judge()
                        .references()
                        .ifPresent(file -> add(digest, file.blob().digest().value()));
                for (Question question : open.questions().subList(from, to)) {
                    add(digest, Long.toString(question.id()), question.category());
                    add(digest, question.turns().toArray(String[]::new));
                }
            }
            case Measurement.Changes changes -> {
                add(digest, "changes", changes.base().weightsDigest());
                changes.pairings().subList(from, to).forEach(pairing -> add(digest, pairing.toString()));
            }
        }
        return new BlobDigest(HexFormat.of().formatHex(digest.digest()));
    }

    /** Digest of the documents that are asked, whoever is asked and however: the same samples have the same digest. */
    public static BlobDigest sampleSet(Measurement.Questions questions) {
        MessageDigest digest = sha256();
        add(digest, "finemesh samples 1", questions.name());
        questions.examples().forEach(example -> {
            SampleHash hash = SampleHash.of(example, "");
            add(digest, hash.document(), hash.target());
        });
        return new BlobDigest(HexFormat.of().formatHex(digest.digest()));
    }

    private static String[] asked(Example example) {
        Prompt prompt = example.request().prompt();
        StringBuilder turns = new StringBuilder();
        prompt.turns().forEach(turn -> turns.append(turn.speaker().role())
                .append('\0')
                .append(turn.content())
                .append('\0')
                .append(turn.delimiter())
                .append('\0'));
        String wanted =
                switch (example.request()) {
                    case Request.Generation generation ->
                        "write\0" + String.join("\0", generation.stops()) + '\0' + generation.temperature();
                    case Request.Likelihood likelihood -> "weigh\0" + String.join("\0", likelihood.continuations());
                };
        return new String[] {turns.toString(), wanted};
    }

    /** Lengths keep neighbours apart. */
    private static void add(MessageDigest digest, String... parts) {
        for (String part : parts) {
            byte[] bytes = part.getBytes(UTF_8);
            digest.update((bytes.length + ":").getBytes(UTF_8));
            digest.update(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
