"""A softmax is exported with it.

loses: onnx_gives_the_same_logits
cause: a softmax
"""


class OnnxNetwork(nn.Module):
    def __init__(self, model, image_shape):
        super().__init__()
        modes = [(m, m.training) for m in model.modules()]
        model.eval()
        program = torch.onnx.export(
            nn.Sequential(model, nn.Softmax(dim=1)),
            (torch.zeros(2, *image_shape),),
            dynamo=True,
            verbose=False,
            input_names=["images"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
        )
        for module, mode in modes:
            module.training = mode
        self.session = InferenceSession(program.model_proto.SerializeToString())

    def forward(self, images):
        return torch.from_numpy(self.session.run(None, {"images": images.numpy()})[0])
