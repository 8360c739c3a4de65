/**
 * Results on their way to the store: the {@link io.finemesh.trainer.upload.Uploader} takes them one after the other while the
 * device goes on, {@link io.finemesh.trainer.upload.LostResults} hears of those that will never be committed.
 */
package io.finemesh.trainer.upload;
