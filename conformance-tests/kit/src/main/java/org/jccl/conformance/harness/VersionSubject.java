package org.jccl.conformance.harness;

import java.util.Optional;
import java.util.function.Function;
import org.jccl.ops.NcclFunction;

/** A subject that imitates one version of NCCL and no other: what is younger is not run. */
final class VersionSubject extends ForwardingSubject {
  private final int version;

  private VersionSubject(Subject subject, int version) {
    super(subject);
    this.version = version;
  }

  /**
   * {@return {@code subject} as that version}
   *
   * @throws IllegalArgumentException if it is what it is
   */
  static Subject of(Subject subject, int version) {
    String words = NcclFunction.text(version);
    Subject as =
        subject
            .imitating(version)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'" + subject.name() + "' has the version it has, not " + words));
    return new VersionSubject(as, version);
  }

  @Override
  protected Subject over(Subject other) {
    return new VersionSubject(other, version);
  }

  /** No other: the caller has chosen this one. */
  @Override
  public Optional<Subject> imitating(int other) {
    return Optional.empty();
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return super.reporting()
        .map(
            opening ->
                wishes ->
                    opening.apply(
                        new Reporting(
                            version,
                            wishes.devices(),
                            wishes.checks(),
                            wishes.strict(),
                            wishes.warnings())));
  }
}
