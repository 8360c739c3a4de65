package io.finemesh.gateway.lineage;

import io.finemesh.contract.evaluation.EvaluationWork;
import io.finemesh.contract.evaluation.JudgeSettings;
import io.finemesh.contract.evaluation.RecordedJudge;
import io.finemesh.contract.id.EvaluationId;
import io.finemesh.contract.run.ResolvedDataset;
import io.finemesh.gateway.view.EvaluationView;
import io.finemesh.gateway.view.MeshView;
import io.finemesh.gateway.view.RunView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What evaluations read, whoever asked for them: a run, a gate, or a person. */
public final class ReadData {
    private ReadData() {}

    /** Data sets that each known evaluation reads: what it is asked on, worked examples, and what a judge is asked with. */
    public static Map<EvaluationId, List<ResolvedDataset>> of(MeshView mesh) {
        Map<EvaluationId, List<ResolvedDataset>> read = new LinkedHashMap<>();
        for (EvaluationView evaluation : mesh.evaluations()) {
            mesh.requested(evaluation.id()).ifPresent(work -> read.put(evaluation.id(), data(work)));
        }
        for (RunView run : mesh.runs()) {
            run.evaluations().forEach(evaluation -> read.putIfAbsent(evaluation.id(), run.evaluationData()));
        }
        // A gate asks the champion what the challenger's run asked the challenger.
        mesh.registry().pages().stream()
                .flatMap(page -> page.decisions().stream())
                .map(decided -> decided.event())
                .forEach(decided -> decided.runId().flatMap(mesh::run).ifPresent(run -> decided.evaluations()
                        .forEach(evaluation -> read.putIfAbsent(evaluation, run.evaluationData()))));
        return read;
    }

    /** Evaluations that read a suspect. */
    static List<EvaluationId> evaluationsOf(Suspect suspect, MeshView mesh) {
        return of(mesh).entrySet().stream()
                .filter(read -> read.getValue().stream().anyMatch(data -> suspect.isIn(data.version())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<ResolvedDataset> data(EvaluationWork work) {
        return Stream.of(
                        work.dataset().stream(),
                        work.datasets().values().stream(),
                        work.judge().map(JudgeSettings::prompts).stream(),
                        work.judge().flatMap(JudgeSettings::references).stream(),
                        work.judge().flatMap(JudgeSettings::recorded).map(RecordedJudge::judgments).stream())
                .flatMap(each -> each)
                .distinct()
                .toList();
    }
}
