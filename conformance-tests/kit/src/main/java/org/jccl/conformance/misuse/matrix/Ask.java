package org.jccl.conformance.misuse.matrix;

import java.util.Objects;
import org.jccl.CallConfig;
import org.jccl.Collectives;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jspecify.annotations.Nullable;

/** One call of a program while it is put together: arguments first, then buffers, then the call. */
final class Ask {
  private final Scene scene;
  private Form form = Form.ALL_REDUCE;
  private int count = Scene.COUNT;
  private DataType type = DataType.FLOAT32;
  private ReduceOp by = ReduceOp.SUM;
  private int root;
  private @Nullable CallConfig config;
  private Stream stream;
  private @Nullable DeviceBuffer in;
  private @Nullable DeviceBuffer out;
  private @Nullable Collectives on;
  private @Nullable Role role;

  Ask(Scene scene) {
    this.scene = scene;
    this.stream = scene.stream();
  }

  Ask form(Form value) {
    form = value;
    return this;
  }

  Ask count(int value) {
    count = value;
    return this;
  }

  Ask type(DataType value) {
    type = value;
    return this;
  }

  Ask by(ReduceOp value) {
    by = value;
    return this;
  }

  Ask root(int value) {
    root = value;
    return this;
  }

  /** A configuration of the one call. */
  Ask config(CallConfig value) {
    config = value;
    return this;
  }

  Ask stream(Stream value) {
    stream = value;
    return this;
  }

  /** Buffers that another call has, too. */
  Ask buffers(DeviceBuffer from, DeviceBuffer to) {
    in = from;
    out = to;
    return this;
  }

  /** Allocates what is missing: nothing may be allocated while a stream is captured. */
  Ask ready() {
    if (in == null) {
      in = scene.filled(type, (int) form.operation().sendElements(count, scene.size()));
    }
    if (out == null) {
      out = scene.filled(type, (int) form.operation().receiveElements(count, scene.size()));
    }
    return this;
  }

  /** Makes the call on the line of those that do otherwise. */
  void guilty(Collectives collectives) {
    make(collectives, Role.GUILTY, true);
  }

  /** Makes the call on the line of all others, as the other side of a misuse. */
  void side(Collectives collectives) {
    make(collectives, Role.SIDE, false);
  }

  /** Makes the call, which a report need not show. */
  void make(Collectives collectives) {
    make(collectives, null, false);
  }

  void make(Collectives collectives, @Nullable Role as, boolean otherLine) {
    on = config == null ? collectives : collectives.configured(config);
    role = as;
    form.call(this, otherLine);
  }

  // ---------------------------------------------------------------- what a form asks for

  Collectives on() {
    if (role != null) {
      scene.mark(role);
    }
    return Objects.requireNonNull(on);
  }

  DeviceBuffer in() {
    return Objects.requireNonNull(in);
  }

  DeviceBuffer out() {
    return Objects.requireNonNull(out);
  }

  ReduceOp by() {
    return by;
  }

  int root() {
    return root;
  }

  Stream stream() {
    return stream;
  }
}
