/**
 * Every setting of a trainer: {@link io.finemesh.trainer.config.TrainerConfig} binds them,
 * {@link io.finemesh.trainer.config.TrainerConfigRules} refuses what cannot work.
 */
package io.finemesh.trainer.config;
