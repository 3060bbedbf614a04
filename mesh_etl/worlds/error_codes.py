"""What the error codes of AWS's services mean, and what became of a call."""

from __future__ import annotations

from typing import Any

# The service cannot answer now, and may later.
BUSY = frozenset({
    "ThrottlingException", "ThrottledException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded",
    "InternalServiceException", "InternalFailure", "InternalServerException", "ServerInternalException",
    "ServiceUnavailable", "ServiceUnavailableException", "OperationTimeoutException", "ResourceNotReadyException",
    "RequestTimeout", "RequestTimeoutException",
})  # fmt: skip
DENIED = frozenset({
    "AccessDeniedException", "AccessDenied", "UnauthorizedException", "UnrecognizedClientException",
    "OperationNotPermittedException", "InvalidSignatureException", "InvalidClientTokenId", "ExpiredToken",
    "ExpiredTokenException",
})  # fmt: skip
NO_CREDENTIALS = frozenset({
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError",
})  # fmt: skip
# The client itself has turned the request down; its words quote the values.
MISMADE = frozenset({"ParamValidationError", "NotImplementedByEmbeddedAws"})


def code_of(error: Any) -> str:
    """The code of a service's refusal; of botocore's own errors the name of the class."""
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if response else type(error).__name__
