package io.finemesh.contract.run;

/** How a conversation becomes text. */
public enum PromptTemplate {
    /** Contents one after the other. */
    PLAIN,
    /** The Stanford Alpaca prompt. */
    ALPACA,
    /** Turns between im_start and im_end markers. */
    CHATML,
    /** The model's own chat template, from its tokenizer_config.json or chat_template.jinja. */
    CHAT
}
