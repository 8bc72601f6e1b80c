// SPDX-License-Identifier: Apache-2.0
// Takes secrets and control characters out of foreign text.
#include "source/redactor.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rowfall::source {
namespace {

constexpr std::string_view kHidden = "[HIDDEN]";
constexpr size_t kMaxBytes = 1000;

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Cuts before a character rather than inside it.
void Truncate(std::string& text, size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  text += "...";
}

}  // namespace

Redactor::Redactor(std::vector<std::string> secrets)
    : secrets_(std::move(secrets)) {
  std::erase(secrets_, std::string());
  // A secret that is part of another must not leave the rest of it behind.
  std::sort(secrets_.begin(), secrets_.end(),
            [](const std::string& a, const std::string& b) {
              return a.size() > b.size();
            });
}

std::string Redactor::Clean(std::string_view text) const {
  std::string clean(text);
  // A mark keeps a short secret from matching inside "[HIDDEN]".
  for (const std::string& secret : secrets_)
    ReplaceAll(clean, secret, std::string_view("\0", 1));
  std::string marked;
  for (char c : clean) {
    if (c == '\0') {
      marked += kHidden;
    } else {
      marked += c;
    }
  }
  marked = base::EscapeControl(marked);
  Truncate(marked, kMaxBytes);
  return marked;
}

}  // namespace rowfall::source
