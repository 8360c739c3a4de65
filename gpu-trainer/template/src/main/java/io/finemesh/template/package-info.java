/** Chat templates of models, rendered without trusting them. */
package io.finemesh.template;
