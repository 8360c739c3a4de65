package io.finemesh.gateway.answer;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.run.RunSpecification;
import io.finemesh.contract.store.ModelDescriptor;
import io.finemesh.contract.store.RowDescriptor;
import io.finemesh.contract.trigger.TriggerFired;
import io.finemesh.gateway.admission.SpecificationForm;
import io.finemesh.gateway.lineage.Impact;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RunView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a data set or a row has touched.
 *
 * @param dataset the data set
 * @param row the row; absent for a whole data set
 * @param runs touched runs, oldest first
 * @param checkpoints every touched checkpoint
 * @param models names that stand for a touched checkpoint now
 * @param aliases registry aliases, as model@alias, that a touched checkpoint holds now
 * @param evaluations evaluations on data that has it, whoever asked for them; one with a limit may have asked other rows only
 * @param repair a run specification that trains the newest directly touched run again, from the last checkpoint that was not touched, on the newest version: all of
 *     its steps, or those behind that checkpoint where the run made it itself; absent for a whole data set, and when nothing was trained on the row
 */
@Schema(name = "Impact", description = "What a data set or a row has touched")
public record ImpactAnswer(
        String dataset,
        Optional<RowDescriptor> row,
        List<Run> runs,
        List<String> checkpoints,
        List<String> models,
        List<String> aliases,
        List<String> evaluations,
        Optional<Map<String, Object>> repair) {
    private static final String WITHOUT = " without";
    private static final int LONGEST_NAME = 128;

    /** An impact as users see it. */
    public static ImpactAnswer of(
            String dataset, Optional<RowDescriptor> row, Impact impact, MeshView mesh, List<ModelDescriptor> models) {
        Set<CheckpointId> touched = impact.checkpoints();
        return new ImpactAnswer(
                dataset,
                row,
                impact.runs().stream().map(run -> Run.of(run, mesh)).toList(),
                touched.stream().map(CheckpointId::value).sorted().toList(),
                models.stream()
                        .filter(model -> touched.contains(model.checkpoint()))
                        .map(ModelDescriptor::name)
                        .toList(),
                mesh.registry().pages().stream()
                        .filter(page -> page.holder().filter(touched::contains).isPresent())
                        .map(page -> page.model() + "@" + page.alias())
                        .sorted()
                        .toList(),
                impact.evaluations().stream().map(EvaluationId::value).toList(),
                row.flatMap(_ -> impact.runs().reversed().stream()
                                .filter(Impact.Touched::directly)
                                .findFirst())
                        .flatMap(run -> repair(run, mesh, dataset)));
    }

    private static Optional<Map<String, Object>> repair(Impact.Touched run, MeshView mesh, String dataset) {
        Optional<RunView> view = mesh.run(run.run());
        Optional<RunSpecification> specification = view.flatMap(RunView::specification);
        if (specification.isEmpty() || run.clean().isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> form = new LinkedHashMap<>(SpecificationForm.of(specification.get()));
        form.put("name", without(specification.get().name()));
        form.put("model", run.clean().get().value());
        form.put("dataset", dataset);
        OptionalLong planned = view.get().totalSteps();
        if (run.cleanSteps() > 0 && planned.isPresent()) {
            long left = planned.getAsLong() - run.cleanSteps();
            form.put("duration", Map.of("max_steps", left));
            form.computeIfPresent("optimizer", (_, section) -> atMost(left, "warmup_steps", (Map<?, ?>) section));
            form.computeIfPresent("method", (_, section) -> atMost(left, "badam_switch_interval", (Map<?, ?>) section));
        }
        return Optional.of(form);
    }

    /** A name that is a run's name too, however long the first one is and however often a run is repeated. */
    private static String without(String name) {
        if (name.endsWith(WITHOUT)) {
            return name;
        }
        int letters = Math.min(name.codePointCount(0, name.length()), LONGEST_NAME - WITHOUT.length());
        return name.substring(0, name.offsetByCodePoints(0, letters)) + WITHOUT;
    }

    /** A number of steps that a shorter run cannot have more of; what is no number, such as auto, is worked out for the run. */
    private static Map<Object, Object> atMost(long steps, String field, Map<?, ?> section) {
        Map<Object, Object> shorter = new LinkedHashMap<>(section);
        shorter.computeIfPresent(
                field, (_, given) -> given instanceof Number number && number.longValue() > steps ? steps : given);
        return shorter;
    }

    /**
     * A touched run.
     *
     * @param id the run
     * @param name a word for people
     * @param phase where it stands
     * @param directly whether it trained on the suspect itself, and not only from a checkpoint that did
     * @param dataset version it trained on
     * @param base checkpoint it started from
     * @param firstStep step, from 0, that first read the suspect; absent where all of the run counts
     * @param clean last checkpoint that was not touched, of this run or before it
     * @param checkpoints checkpoints it made that are touched
     * @param policy the policy that fired it
     */
    @Schema(name = "TouchedRun", description = "A run that trained on the suspect, or from a checkpoint that did")
    public record Run(
            String id,
            Optional<String> name,
            String phase,
            boolean directly,
            Optional<String> dataset,
            Optional<String> base,
            Optional<Long> firstStep,
            Optional<String> clean,
            List<String> checkpoints,
            Optional<String> policy) {
        static Run of(Impact.Touched touched, MeshView mesh) {
            RunView view = mesh.run(touched.run()).orElseThrow();
            return new Run(
                    touched.run().value(),
                    view.specification().map(RunSpecification::name),
                    view.phase().word(),
                    touched.directly(),
                    view.dataset().map(found -> found.version().value()),
                    touched.base().map(CheckpointId::value),
                    touched.firstStep().isPresent()
                            ? Optional.of(touched.firstStep().getAsLong())
                            : Optional.empty(),
                    touched.clean().map(CheckpointId::value),
                    touched.checkpoints().stream().map(CheckpointId::value).toList(),
                    mesh.policies().origin(touched.run()).map(TriggerFired::policy));
        }
    }
}
