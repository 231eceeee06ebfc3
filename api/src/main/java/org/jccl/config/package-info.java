/**
 * What a {@link org.jccl.CommunicatorConfig} may set in NCCL's own words: the fields of {@code
 * ncclConfig_t}, algorithms and protocols; and the one form of a time limit. This package knows no
 * other.
 */
package org.jccl.config;
