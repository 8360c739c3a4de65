package io.finemesh.gateway.admission;

import io.finemesh.contract.evaluation.RemoteModel;
import io.finemesh.contract.run.JudgeBudget;
import io.finemesh.contract.run.JudgeSpecification;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads who rates open answers: a checkpoint, a model behind a server, or judgments that were made before; with the words it is asked in. */
final class JudgeReader {
    static final String WORDS =
            "checkpoint, or url and model, or judgments and model; with prompts, and references where questions have them";
    private static final String URL_WORDS = "an http or https address such as https://host/v1";
    private static final String MODEL_WORDS = "the model's name at the server";
    private static final String JUDGE_WORDS = "the judge's name in the judgments, such as gpt-4";
    private static final Pattern URL = Pattern.compile("https?://[^\\s\\p{Cc}/?#@]{1,255}(/[^\\s\\p{Cc}?#]{0,500})?");
    private static final Pattern PRINTABLE =
            Pattern.compile("(?=.*\\S)[^" + SpecificationReader.UNPRINTABLE + "]{1,200}");
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final long MOST_SPENT = 1_000_000_000_000L;

    private JudgeReader() {}

    /** The judge; empty where there is none, or it is wrong. */
    static Optional<JudgeSpecification> judge(Section section) {
        Optional<String> checkpoint =
                section.text("checkpoint", EvaluationReader.CHECKPOINT, EvaluationReader.CHECKPOINT_WORDS);
        Server server = server(section);
        Optional<String> judgments =
                section.dataset("judgments", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
        Optional<String> prompts =
                section.dataset("prompts", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
        Optional<String> references =
                section.dataset("references", SpecificationReader.DATASET, SpecificationReader.DATASET_WORDS);
        Optional<JudgeBudget> budget = budget(section.section("budget"));
        section.close();
        if (!section.given()) {
            return Optional.empty();
        }
        if (section.value("checkpoint").isPresent()) {
            beside(section, "checkpoint", List.of("url", "model", "secret", "budget", "judgments"));
        } else if (section.value("judgments").isPresent()) {
            beside(section, "judgments", List.of("url", "secret", "budget"));
        } else if (section.value("url").isEmpty()) {
            section.missing("checkpoint", WORDS);
        }
        if (section.value("model").isEmpty()) {
            if (section.value("url").isPresent()) {
                section.missing("model", MODEL_WORDS);
            } else if (section.value("judgments").isPresent()
                    && section.value("checkpoint").isEmpty()) {
                section.missing("model", JUDGE_WORDS);
            }
        }
        if (section.value("prompts").isEmpty()) {
            section.missing("prompts", "the data set of documents with the judge's prompts");
        }
        boolean asked = server.url().isPresent() || judgments.isPresent();
        return prompts.filter(
                        _ -> checkpoint.isPresent() || asked && server.model().isPresent())
                .map(name -> new JudgeSpecification(
                        checkpoint,
                        server.url(),
                        server.model(),
                        server.secret(),
                        name,
                        references,
                        budget,
                        judgments));
    }

    private static void beside(Section section, String judge, List<String> others) {
        for (String key : others) {
            section.contradiction(
                    key,
                    "nothing beside " + judge,
                    "a judge is a checkpoint, a server, or judgments that were made before; " + key
                            + " does not go with " + judge + ", so leave one of them out");
        }
    }

    /** What it may cost; empty where nothing is said, or it is wrong. */
    private static Optional<JudgeBudget> budget(Section section) {
        OptionalLong requests = section.whole("requests", 1, MOST_SPENT);
        OptionalLong tokens = section.whole("tokens", 1, MOST_SPENT);
        section.close();
        if (section.given()
                && section.value("requests").isEmpty()
                && section.value("tokens").isEmpty()) {
            section.missing("requests", "the requests that the judge may be sent, or tokens");
        }
        return requests.isPresent() || tokens.isPresent()
                ? Optional.of(new JudgeBudget(requests, tokens))
                : Optional.empty();
    }

    /** A server that writes answers; empty where there is none, or it is wrong. */
    static Optional<RemoteModel> remote(Section section) {
        Server server = server(section);
        section.close();
        if (!section.given()) {
            return Optional.empty();
        }
        if (section.value("url").isEmpty()) {
            section.missing("url", URL_WORDS);
        }
        if (section.value("model").isEmpty()) {
            section.missing("model", MODEL_WORDS);
        }
        return server.url().flatMap(url -> server.model().map(model -> new RemoteModel(url, model, server.secret())));
    }

    /** What names a model behind a server, each empty where it is not there or wrong. */
    private record Server(Optional<String> url, Optional<String> model, Optional<String> secret) {}

    private static Server server(Section section) {
        Optional<String> url = section.text("url", URL, URL_WORDS);
        Optional<String> model = section.text("model", PRINTABLE, MODEL_WORDS);
        Optional<String> secret =
                section.text("secret", SECRET, "the name of a secret of the evaluator, never the key itself");
        return new Server(url, model, secret);
    }
}
