package io.finemesh.gateway.view;

/**
 * Where an occurrence was read. All records of one run in one source are in one partition, so that offsets order them. The letter names
 * the source in a {@link Position}; letters never change and are never reused.
 */
public enum Source {
    /** What users asked for. */
    COMMANDS('q'),
    /** What the scheduler decided. */
    RUN_EVENTS('r'),
    /** Where the scheduler says a run stands. */
    RUN_STATE('p'),
    /** What trainers said about segments. */
    TRAINING('t'),
    /** The step ledger. */
    STEPS('s'),
    /** What the store committed. */
    CHECKPOINTS('c'),
    /** What evaluators said. */
    EVALUATIONS('e'),
    /** Who is there; belongs to no run. */
    TRAINERS('h'),
    /** Data set versions; belong to no run. */
    DATASETS('d'),
    /** Evaluations that people asked for; belong to no run. */
    REQUESTS('v'),
    /** What people set once; belongs to no run. */
    POLICIES('o'),
    /** Which topics become data sets; belongs to no run. */
    CONNECTORS('k'),
    /** What people and the outside said to triggers; belongs to no run. */
    TRIGGER_COMMANDS('g'),
    /** What triggers said; belongs to no run. */
    FIRES('f'),
    /** Aliases and the decisions about them; belong to no run. */
    REGISTRY('a'),
    /** What people want of aliases; belongs to no run. */
    REGISTRY_COMMANDS('w'),
    /** Who outside was told; belongs to no run. */
    WEBHOOKS('x');

    private final char letter;

    Source(char letter) {
        this.letter = letter;
    }

    /** Name of the source in a position. */
    public char letter() {
        return letter;
    }
}
