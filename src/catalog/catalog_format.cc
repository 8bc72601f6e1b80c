// SPDX-License-Identifier: Apache-2.0
// The bytes of a catalog file: header, checksums, definitions.
#include "catalog/catalog_format.h"

#include <cstdint>

#include "base/status.h"
#include "base/text.h"

namespace rowfall::catalog {
namespace {

constexpr std::string_view kMagic = "ROWFALL\n";
constexpr uint32_t kWithoutNotes = 1;
constexpr uint32_t kWithNotes = 2;
constexpr size_t kHeaderBytes = 36;

uint64_t Checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

template <typename T>
void AppendNumber(T value, std::string& out) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(value >> (8 * i) & 0xff);
  }
}

void AppendText(std::string_view text, std::string& out) {
  AppendNumber(static_cast<uint32_t>(text.size()), out);
  out += text;
}

absl::Status Damaged(std::string_view how) {
  return absl::DataLossError(base::ToAbsl(how));
}

// Reads from the front; every read past the end is an error.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  absl::Status Number(T& value) {
    if (bytes_.size() < sizeof(T)) return Damaged("a definition is cut off");
    value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
      value |= static_cast<T>(static_cast<unsigned char>(bytes_[i])) << (8 * i);
    }
    bytes_.remove_prefix(sizeof(T));
    return absl::OkStatus();
  }
  absl::Status Text(std::string& text) {
    uint32_t size = 0;
    ROWFALL_RETURN_IF_ERROR(Number(size));
    if (bytes_.size() < size) return Damaged("a definition is cut off");
    text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return absl::OkStatus();
  }
  bool AtEnd() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

absl::Status ReadSource(Reader& reader, SourceDefinition& source) {
  ROWFALL_RETURN_IF_ERROR(reader.Text(source.name));
  return reader.Text(source.sql);
}

absl::Status ReadView(Reader& reader, ViewDefinition& view) {
  ROWFALL_RETURN_IF_ERROR(reader.Text(view.name));
  ROWFALL_RETURN_IF_ERROR(reader.Text(view.sql));
  ROWFALL_RETURN_IF_ERROR(reader.Text(view.consumer_group));
  uint8_t suspended = 0;
  ROWFALL_RETURN_IF_ERROR(reader.Number(suspended));
  if (suspended > 1) return Damaged("a state is unknown");
  view.suspended = suspended == 1;
  return absl::OkStatus();
}

absl::Status ReadSuspect(Reader& reader, CrashSuspect& suspect) {
  uint32_t partition = 0;
  uint64_t offset = 0;
  uint8_t at_work = 0;
  ROWFALL_RETURN_IF_ERROR(reader.Text(suspect.partition.topic));
  ROWFALL_RETURN_IF_ERROR(reader.Number(partition));
  ROWFALL_RETURN_IF_ERROR(reader.Number(offset));
  ROWFALL_RETURN_IF_ERROR(reader.Number(suspect.deaths));
  ROWFALL_RETURN_IF_ERROR(reader.Number(at_work));
  if (at_work > 1) return Damaged("a state is unknown");
  suspect.partition.partition = static_cast<int32_t>(partition);
  suspect.offset = static_cast<int64_t>(offset);
  suspect.at_work = at_work == 1;
  return absl::OkStatus();
}

absl::Status ReadNote(Reader& reader, CrashNote& note) {
  uint32_t count = 0;
  ROWFALL_RETURN_IF_ERROR(reader.Number(note.starts));
  ROWFALL_RETURN_IF_ERROR(reader.Number(count));
  for (uint32_t i = 0; i < count; ++i) {
    ROWFALL_RETURN_IF_ERROR(ReadSuspect(reader, note.suspects.emplace_back()));
  }
  if (note.empty()) return Damaged("a note of crashes is empty");
  return absl::OkStatus();
}

absl::Status ReadNotes(Reader& reader, std::vector<ViewDefinition>& views) {
  uint32_t count = 0;
  ROWFALL_RETURN_IF_ERROR(reader.Number(count));
  if (count == 0) return Damaged("there are no notes of crashes");
  size_t next = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t view = 0;
    ROWFALL_RETURN_IF_ERROR(reader.Number(view));
    if (view < next || view >= views.size()) {
      return Damaged("a note of crashes has no view");
    }
    next = view + size_t{1};
    ROWFALL_RETURN_IF_ERROR(ReadNote(reader, views[view].crash));
  }
  return absl::OkStatus();
}

absl::StatusOr<CatalogState> DecodeBody(std::string_view body,
                                        uint32_t version) {
  Reader reader(body);
  CatalogState state;
  uint32_t count = 0;
  ROWFALL_RETURN_IF_ERROR(reader.Number(count));
  for (uint32_t i = 0; i < count; ++i) {
    ROWFALL_RETURN_IF_ERROR(ReadSource(reader, state.sources.emplace_back()));
  }
  ROWFALL_RETURN_IF_ERROR(reader.Number(count));
  for (uint32_t i = 0; i < count; ++i) {
    ROWFALL_RETURN_IF_ERROR(ReadView(reader, state.views.emplace_back()));
  }
  if (version == kWithNotes) {
    ROWFALL_RETURN_IF_ERROR(ReadNotes(reader, state.views));
  }
  if (!reader.AtEnd()) return Damaged("bytes follow the last definition");
  return state;
}

void AppendNote(const CrashNote& note, std::string& out) {
  AppendNumber(note.starts, out);
  AppendNumber(static_cast<uint32_t>(note.suspects.size()), out);
  for (const CrashSuspect& suspect : note.suspects) {
    AppendText(suspect.partition.topic, out);
    AppendNumber(static_cast<uint32_t>(suspect.partition.partition), out);
    AppendNumber(static_cast<uint64_t>(suspect.offset), out);
    AppendNumber(suspect.deaths, out);
    AppendNumber(static_cast<uint8_t>(suspect.at_work), out);
  }
}

// Returns the version that the body has with the notes of `views`.
uint32_t AppendNotes(const std::vector<ViewDefinition>& views,
                     std::string& out) {
  uint32_t count = 0;
  std::string notes;
  for (size_t i = 0; i < views.size(); ++i) {
    if (views[i].crash.empty()) continue;
    ++count;
    AppendNumber(static_cast<uint32_t>(i), notes);
    AppendNote(views[i].crash, notes);
  }
  if (count == 0) return kWithoutNotes;
  AppendNumber(count, out);
  out += notes;
  return kWithNotes;
}

}  // namespace

std::string EncodeCatalog(const CatalogState& state) {
  std::string body;
  AppendNumber(static_cast<uint32_t>(state.sources.size()), body);
  for (const SourceDefinition& source : state.sources) {
    AppendText(source.name, body);
    AppendText(source.sql, body);
  }
  AppendNumber(static_cast<uint32_t>(state.views.size()), body);
  for (const ViewDefinition& view : state.views) {
    AppendText(view.name, body);
    AppendText(view.sql, body);
    AppendText(view.consumer_group, body);
    AppendNumber(static_cast<uint8_t>(view.suspended), body);
  }
  const uint32_t version = AppendNotes(state.views, body);
  std::string out(kMagic);
  AppendNumber(version, out);
  AppendNumber(static_cast<uint64_t>(body.size()), out);
  AppendNumber(Checksum(body), out);
  AppendNumber(Checksum(out), out);
  return out + body;
}

absl::StatusOr<CatalogState> DecodeCatalog(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return Damaged("it is cut off");
  const std::string_view header = bytes.substr(0, kHeaderBytes - 8);
  const std::string_view body = bytes.substr(kHeaderBytes);
  if (!header.starts_with(kMagic)) return Damaged("it is no catalog");
  Reader reader(bytes.substr(kMagic.size()));
  uint32_t version = 0;
  uint64_t size = 0, body_checksum = 0, header_checksum = 0;
  ROWFALL_RETURN_IF_ERROR(reader.Number(version));
  ROWFALL_RETURN_IF_ERROR(reader.Number(size));
  ROWFALL_RETURN_IF_ERROR(reader.Number(body_checksum));
  ROWFALL_RETURN_IF_ERROR(reader.Number(header_checksum));
  if (header_checksum != Checksum(header)) {
    return Damaged("the checksum of its header is wrong");
  }
  if (version < kWithoutNotes || version > kWithNotes) {
    return absl::FailedPreconditionError(base::ToAbsl(
        base::Cat("Catalog file is of version ", version,
                  ", this library reads versions up to ", kWithNotes)));
  }
  if (body.size() < size) return Damaged("it is cut off");
  if (body.size() > size) return Damaged("bytes follow its end");
  if (body_checksum != Checksum(body)) return Damaged("its checksum is wrong");
  return DecodeBody(body, version);
}

}  // namespace rowfall::catalog
