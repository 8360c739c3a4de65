package io.finemesh.evaluator.evaluation;

import io.finemesh.contract.evaluation.EvaluationEvent;
import io.finemesh.contract.evaluation.ScoreRange;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.evaluator.pause.Pause;
import java.time.Duration;
import org.jboss.logging.Logger;

/** A result is worth hours: it is said until the broker has it. */
final class PatientVoice {
    private static final Logger LOG = Logger.getLogger(PatientVoice.class);
    private final Voice voice;
    private final Pause pause;

    PatientVoice(Voice voice, Pause pause) {
        this.voice = voice;
        this.pause = pause;
    }

    void say(Envelope<?> cause, EvaluationEvent event) throws InterruptedException {
        until("what became of " + event.evaluation(), () -> voice.say(cause, event));
    }

    void ask(Envelope<?> cause, ScoreRange range) throws InterruptedException {
        until("a range of " + range.evaluation(), () -> voice.ask(cause, range));
    }

    private void until(String what, Runnable saying) throws InterruptedException {
        for (Duration rest = Pause.FIRST; ; rest = Pause.after(rest)) {
            try {
                saying.run();
                return;
            } catch (RuntimeException away) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the evaluator stops");
                }
                LOG.warnf("%s cannot be said yet, trying again in %d ms: %s", what, rest.toMillis(), away.getMessage());
                pause.rest(rest);
            }
        }
    }
}
