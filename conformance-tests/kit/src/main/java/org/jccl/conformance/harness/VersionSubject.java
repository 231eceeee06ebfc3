package org.jccl.conformance.harness;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jccl.ops.NcclFunction;

/** A subject that imitates one version of NCCL and no other: what is younger is not run. */
final class VersionSubject implements Subject {
  private final Subject subject;
  private final int version;

  private VersionSubject(Subject subject, int version) {
    this.subject = subject;
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

  private Subject of(Subject other) {
    return new VersionSubject(other, version);
  }

  @Override
  public String name() {
    return subject.name();
  }

  @Override
  public Capabilities capabilities() {
    return subject.capabilities();
  }

  @Override
  public Optional<Subject> with(Map<String, String> environment) {
    return subject.with(environment).map(this::of);
  }

  @Override
  public Optional<Subject> withHostsOf(int gpus) {
    return subject.withHostsOf(gpus).map(this::of);
  }

  @Override
  public boolean spansProcesses() {
    return subject.spansProcesses();
  }

  @Override
  public Optional<Lockstep> lockstep() {
    return subject.lockstep();
  }

  @Override
  public Instance open() {
    return subject.open();
  }

  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return subject
        .reporting()
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
