package io.finemesh.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.finemesh.checkpoint.model.Problem;
import io.finemesh.cli.display.Quantity;
import io.finemesh.cli.display.Table;
import io.finemesh.cli.planning.PlanOptions;
import io.finemesh.cli.planning.PlanRequest;
import io.finemesh.plan.memory.FloatFormat;
import io.finemesh.plan.memory.MemoryAlternative;
import io.finemesh.plan.memory.MemoryEstimate;
import io.finemesh.plan.memory.MemoryVerdict;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says how much memory a method needs for a model, and what would fit, without a mesh and without reading weights. */
@Command(
        name = "plan",
        description =
                "How much memory would training this model take, by component, and what fits a budget? Exit 0, 1 (does not fit) or 2.",
        mixinStandardHelpOptions = true)
public final class PlanCommand implements Callable<Integer> {
    @Mixin
    private Session session;

    @Mixin
    private PlanOptions options;

    @Override
    public Integer call() throws IOException {
        return switch (options.read()) {
            case PlanOptions.Reading.Refused refused -> refuse(refused.problems());
            case PlanOptions.Reading.Understood understood -> answer(understood.request());
        };
    }

    private int refuse(List<Problem> problems) {
        if (session.json()) {
            ObjectNode document = new ObjectMapper().createObjectNode();
            problems.forEach(problem -> document.withArray("/problems")
                    .addObject()
                    .put("subject", problem.subject())
                    .put("found", problem.found())
                    .put("allowed", problem.allowed()));
            session.print(document);
        } else {
            session.err().println(Problem.list("This cannot be planned", problems));
        }
        return Session.USAGE;
    }

    private int answer(PlanRequest request) {
        MemoryEstimate estimate = request.plan().estimate();
        MemoryVerdict verdict = request.budgetBytes().isPresent()
                ? request.plan().fits(request.budgetBytes().getAsLong())
                : new MemoryVerdict.Fits(estimate.totalBytes(), Long.MAX_VALUE);
        if (session.json()) {
            session.print(document(request, estimate, verdict));
        } else {
            session.out().print(request.plan().table());
            request.budgetBytes().ifPresent(_ -> explain(request, verdict));
        }
        return verdict.fits() ? Session.OK : Session.NO;
    }

    private void explain(PlanRequest request, MemoryVerdict verdict) {
        session.out().println();
        switch (verdict) {
            case MemoryVerdict.Fits fits -> session.out().println("It fits: " + fits.explain() + ".");
            case MemoryVerdict.TooLarge tooLarge -> {
                session.out()
                        .println("It does not fit: it needs " + Quantity.bytes(tooLarge.neededBytes()) + ", there are "
                                + Quantity.bytes(tooLarge.budgetBytes()) + ".");
                if (tooLarge.wouldFit().isEmpty()) {
                    session.out()
                            .println("Nothing known fits; the most frugal settings need "
                                    + Quantity.bytes(tooLarge.leastBytes()) + ".");
                    return;
                }
                session.out().println("What would:");
                Table table = new Table("METHOD", "WEIGHTS", "TOKENS AT ONCE", "SAMPLES AT ONCE", "NEEDS");
                tooLarge.wouldFit()
                        .forEach(fitting -> table.row(
                                fitting.method().describe(),
                                word(fitting.weights()),
                                Integer.toString(fitting.tokensPerRow()),
                                samples(fitting, request),
                                Quantity.bytes(fitting.totalBytes())));
                table.print(session.out());
            }
        }
    }

    private static String samples(MemoryAlternative fitting, PlanRequest request) {
        int whole = fitting.tokensPerRow() / request.cutoffTokens();
        return whole > 0 ? Integer.toString(whole) : "1, cut at " + fitting.tokensPerRow() + " tokens";
    }

    private static ObjectNode document(PlanRequest request, MemoryEstimate estimate, MemoryVerdict verdict) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("method", request.plan().method().describe())
                .put("weights", word(request.plan().weights()))
                .put("tokensAtOnce", request.plan().batch().tokensPerRow())
                .put("gradientBytesOfAStep", estimate.stepGradientBytes());
        document.putObject("bytes")
                .put("weights", estimate.weightsBytes())
                .put("master", estimate.masterBytes())
                .put("gradients", estimate.gradientBytes())
                .put("optimizerStates", estimate.optimizerStateBytes())
                .put("projections", estimate.projectionBytes())
                .put("activations", estimate.activationBytes())
                .put("logits", estimate.logitsBytes())
                .put("overhead", estimate.overheadBytes())
                .put("total", estimate.totalBytes());
        request.budgetBytes().ifPresent(budget -> {
            document.put("budgetBytes", budget).put("fits", verdict.fits());
            if (verdict instanceof MemoryVerdict.TooLarge tooLarge) {
                document.put("leastBytes", tooLarge.leastBytes());
                document.putArray("wouldFit");
                tooLarge.wouldFit().forEach(fitting -> document.withArray("/wouldFit")
                        .addObject()
                        .put("method", fitting.method().describe())
                        .put("weights", word(fitting.weights()))
                        .put("tokensAtOnce", fitting.tokensPerRow())
                        .put("bytes", fitting.totalBytes()));
            }
        });
        return document;
    }

    private static String word(FloatFormat format) {
        return format.name().toLowerCase(Locale.ROOT);
    }
}
